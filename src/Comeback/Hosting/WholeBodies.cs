using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;

namespace Comeback.Hosting;

/// <summary>A body that leaves out what a handler counts on is refused by the names of the missing fields, instead of breaking inside.</summary>
internal sealed class WholeBodies : IEndpointFilter
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Needed = new();

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var argument in context.Arguments)
        {
            if (argument is null || argument.GetType().Assembly != typeof(WholeBodies).Assembly) continue;
            var missing = Needed.GetOrAdd(argument.GetType(), Find).Where(p => p.GetValue(argument) is null)
                .ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name), _ => new[] { "This is needed." }, StringComparer.Ordinal);
            if (missing.Count > 0) return TypedResults.ValidationProblem(missing);
        }
        return await next(context).ConfigureAwait(false);
    }

    // Bodies are records; services are not.
    private static PropertyInfo[] Find(Type type)
    {
        if (type.GetMethod("<Clone>$") is null) return [];
        var nullability = new NullabilityInfoContext();
        return [.. type.GetProperties().Where(p => p.GetIndexParameters().Length == 0 && !p.PropertyType.IsValueType && nullability.Create(p).ReadState == NullabilityState.NotNull)];
    }
}
