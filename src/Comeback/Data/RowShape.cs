using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Comeback.Data;

/// <summary>Takes the cells of a row one after the other, without boxing. SQLite binds them to a statement, PostgreSQL streams or batches them.</summary>
internal abstract class CellSink
{
    public abstract void Null();
    public abstract void Long(long value);
    public abstract void Int(int value);
    public abstract void Short(short value);
    public abstract void Bool(bool value);
    public abstract void Double(double value);
    public abstract void Text(string value);
    public abstract void Blob(byte[] value);
}

/// <summary>How rows of one entity lie in their table, read from EF's model and compiled once, so that bulk writes never fall behind the model.</summary>
internal sealed class RowShape<TRow> where TRow : class
{
    private static readonly RowShape<TRow>?[] Known = new RowShape<TRow>?[2];

    private RowShape(IEntityType entity)
    {
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        Table = table.Name;
        var key = entity.FindPrimaryKey()!.Properties;
        var keys = key.ToList();
        var others = entity.GetProperties().Where(p => !key.Contains(p)).ToList();
        KeyColumns = keys.ConvertAll(p => p.GetColumnName(table)!);
        OtherColumns = others.ConvertAll(p => p.GetColumnName(table)!);
        WriteKey = Compile(keys);
        WriteOthers = Compile(others);
        InsertSql = RowSql.Insert(Table, OtherColumns, KeyColumns);
        UpdateSql = OtherColumns.Count == 0 ? "" : RowSql.Update(Table, OtherColumns, KeyColumns);
        CopySql = RowSql.Copy(Table, OtherColumns, KeyColumns);
    }

    public string Table { get; }
    public IReadOnlyList<string> KeyColumns { get; }
    public IReadOnlyList<string> OtherColumns { get; }
    public Action<TRow, CellSink> WriteKey { get; }
    public Action<TRow, CellSink> WriteOthers { get; }
    /// <summary>Parameters in the order of <see cref="OtherColumns"/>, then <see cref="KeyColumns"/>; so are those of the other two.</summary>
    public string InsertSql { get; }
    public string UpdateSql { get; }
    public string CopySql { get; }

    public static RowShape<TRow> Of(Databases databases)
    {
        ref var shape = ref Known[databases.IsPostgres ? 1 : 0];
        if (shape is null)
        {
            using var db = databases.OpenSystem();
            shape = new RowShape<TRow>(db.Model.FindEntityType(typeof(TRow))!);
        }
        return shape;
    }

    private static Action<TRow, CellSink> Compile(List<IProperty> properties)
    {
        var row = Expression.Parameter(typeof(TRow));
        var sink = Expression.Parameter(typeof(CellSink));
        var cells = properties.ConvertAll(p => Cell(p, Expression.Property(row, p.PropertyInfo!), sink));
        return Expression.Lambda<Action<TRow, CellSink>>(Expression.Block([.. cells, Expression.Empty()]), row, sink).Compile();
    }

    private static Expression Cell(IProperty property, Expression value, Expression sink)
    {
        var isNullable = Nullable.GetUnderlyingType(value.Type) is not null;
        var present = isNullable ? Expression.Property(value, "Value") : value;
        var converter = property.GetTypeMapping().Converter;
        Expression provided = present;
        if (converter is not null)
        {
            var convert = converter.ConvertToProviderExpression;
            provided = Expression.Invoke(convert, present.Type == convert.Parameters[0].Type ? present : Expression.Convert(present, convert.Parameters[0].Type));
        }
        var method = Method(provided.Type, property);
        var parameter = method.GetParameters()[0].ParameterType;
        Expression write = Expression.Call(sink, method, provided.Type == parameter ? provided : Expression.Convert(provided, parameter));
        Expression none = Expression.Call(sink, typeof(CellSink).GetMethod(nameof(CellSink.Null))!);
        if (isNullable) return Expression.IfThenElse(Expression.Property(value, "HasValue"), write, none);
        return value.Type.IsValueType ? write : Expression.IfThenElse(Expression.ReferenceEqual(value, Expression.Constant(null, value.Type)), none, write);
    }

    private static MethodInfo Method(Type type, IProperty property) => typeof(CellSink).GetMethod(
        type == typeof(long) ? nameof(CellSink.Long)
        : type == typeof(int) ? nameof(CellSink.Int)
        : type == typeof(short) || type == typeof(byte) ? nameof(CellSink.Short)
        : type == typeof(bool) ? nameof(CellSink.Bool)
        : type == typeof(double) ? nameof(CellSink.Double)
        : type == typeof(string) ? nameof(CellSink.Text)
        : type == typeof(byte[]) ? nameof(CellSink.Blob)
        : throw new NotSupportedException($"{property.DeclaringType.DisplayName()}.{property.Name} is a {type.Name}, which bulk writes do not know."))!;
}
