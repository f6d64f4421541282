using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Comeback.Data;
using Assembly = System.Reflection.Assembly;

namespace Comeback.Tests.Architecture;

/// <summary>The walls inside the service: the data flows one way, and a folder that nobody placed in the flow is an error.</summary>
public sealed class WallTests
{
    /// <summary>The stages in the order of the flow. A stage may use itself and the ones before it.</summary>
    private static readonly string[] Flow =
        ["Install", "Sync", "Facts", "Segments", "Campaigns", "Messages", "Results", "Privacy"];

    /// <summary>Plumbing beside the flow: it may be used by every stage.</summary>
    private static readonly string[] Outside = ["Hosting", "Data", "Cli"];

    private static readonly Assembly Service = typeof(ComebackDb).Assembly;
    private static readonly Assembly Connectors = Assembly.Load("Comeback.Stores");
    private static readonly Assembly Decisions = typeof(Engine.Money).Assembly;

    private static readonly ArchUnitNET.Domain.Architecture Loaded = new ArchLoader().LoadAssemblies(Service, Connectors, Decisions).Build();

    [Fact]
    public void The_flow_lists_exactly_the_folders_that_there_are()
    {
        var found = Service.GetTypes()
            .Select(type => type.Namespace)
            .Where(name => name is not null && name.StartsWith("Comeback.", StringComparison.Ordinal))
            .Select(name => name!.Split('.')[1])
            .Distinct()
            .Order();

        Assert.Equal(Flow.Concat(Outside).Order(), found);
    }

    [Fact]
    public void A_stage_uses_only_itself_and_earlier_stages()
    {
        var broken = new List<string>();
        for (var place = 0; place < Flow.Length; place++)
        {
            var types = TypesOf(Flow[place]);
            Assert.NotEmpty(types);
            foreach (var later in Flow[(place + 1)..])
                broken.AddRange(Uses(types, later));
        }
        Assert.Empty(broken);
    }

    [Fact]
    public void The_data_model_knows_no_stage()
    {
        var types = TypesOf("Data");
        Assert.NotEmpty(types);
        Assert.Empty(Flow.SelectMany(stage => Uses(types, stage)));
    }

    [Fact]
    public void The_rule_sees_a_use_where_there_is_one() => Assert.NotEmpty(Uses(TypesOf("Sync"), "Data"));

    [Fact]
    public void The_engine_refers_to_nothing_of_ours_and_to_no_database_or_web()
    {
        var names = Decisions.GetReferencedAssemblies().Select(name => name.Name!).ToList();

        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => name.StartsWith("Comeback", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            || name.StartsWith("System.Net", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Data", StringComparison.Ordinal)
            || name == "Npgsql");
    }

    [Fact]
    public void The_connectors_know_neither_the_web_nor_the_database()
    {
        var names = Connectors.GetReferencedAssemblies().Select(name => name.Name!).ToList();

        Assert.Contains("Comeback.Engine", names);
        Assert.DoesNotContain(names, name => name == "Comeback"
            || name.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    private static List<IType> TypesOf(string stage) =>
        Loaded.Types.Where(type => InStage(type, stage)).ToList();

    /// <summary>Lambdas and async bodies live in nested, compiler-made types of the same namespace, so they are seen too.</summary>
    private static IEnumerable<string> Uses(IEnumerable<IType> types, string stage) =>
        from type in types
        from dependency in type.Dependencies
        where InStage(dependency.Target, stage)
        select $"{type.FullName} uses {dependency.Target.FullName}";

    // A type parameter has no namespace.
    private static bool InStage(IType type, string stage) => type.Namespace?.FullName is { } name
        && (name == $"Comeback.{stage}" || name.StartsWith($"Comeback.{stage}.", StringComparison.Ordinal));
}
