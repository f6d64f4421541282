using Comeback.Engine;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Comeback.Hosting;

/// <summary>The document at <c>/openapi/v1.json</c>, from which the admin's types are made: ids and minor units are strings there too.</summary>
internal static class OpenApiSetup
{
    public static IServiceCollection AddComebackOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddSchemaTransformer(WriteOwnTypes);
        options.AddDocumentTransformer(Describe);
    });

    private static Task WriteOwnTypes(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var nullable = type != context.JsonTypeInfo.Type ? JsonSchemaType.Null : default;
        if (Json.IsId(type))
        {
            schema.Type = JsonSchemaType.String | nullable;
            schema.Pattern = "^[0-9]+$";
            schema.Properties = null;
            schema.Required = null;
        }
        else if (type == typeof(Currency))
        {
            schema.Type = JsonSchemaType.String | nullable;
            schema.Pattern = "^[A-Z]{3}$";
            schema.Properties = null;
        }
        else if (type == typeof(Money))
        {
            schema.Type = JsonSchemaType.Object | nullable;
            schema.Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["minor"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^-?[0-9]+$" },
                ["currency"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[A-Z]{3}$" },
            };
            schema.Required = new HashSet<string> { "minor", "currency" };
        }
        return Task.CompletedTask;
    }

    // The address of a running copy would make the committed document differ from machine to machine.
    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo { Title = "Comeback", Version = "1" };
        document.Servers?.Clear();
        return Task.CompletedTask;
    }
}
