using System.Text.Json;
using System.Text.Json.Nodes;
using Comeback.Tests.Architecture;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Hosting;

/// <summary>The document that the admin's types are made from is committed, and it is the one that the running service gives.</summary>
public sealed class OpenApiTests
{
    private const string Update = "COMEBACK_UPDATE_OPENAPI";

    [Fact]
    public async Task The_committed_document_is_the_one_that_runs()
    {
        await using var comeback = await TestServer.StartAsync();
        var running = Ordered(JsonNode.Parse((await comeback.JsonAsync("/openapi/v1.json")).GetRawText())!).ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
        var path = Path.Combine(Repository.Root, "src", "admin", "openapi.json");
        if (Environment.GetEnvironmentVariable(Update) is { Length: > 0 })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, running);
        }

        Assert.True(File.Exists(path), $"{path} is missing: run this test once with {Update}=1.");
        Assert.True(running == await File.ReadAllTextAsync(path), $"The API has changed: run this test once with {Update}=1, then make the admin's types anew.");
    }

    [Fact]
    public async Task Ids_are_strings_and_money_is_an_object_in_the_document()
    {
        await using var comeback = await TestServer.StartAsync();
        var document = (await comeback.JsonAsync("/openapi/v1.json")).GetRawText();
        var schemas = (await comeback.JsonAsync("/openapi/v1.json")).GetProperty("components").GetProperty("schemas");

        Assert.Contains("\"^[0-9]+$\"", document, StringComparison.Ordinal);
        Assert.Equal("string", schemas.GetProperty("StoreId").GetProperty("type").GetString());
        Assert.Equal("string", schemas.GetProperty("Money").GetProperty("properties").GetProperty("minor").GetProperty("type").GetString());
    }

    // The order in which routes were mapped says nothing.
    private static JsonNode Ordered(JsonNode node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, p.Value is null ? null : Ordered(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(i => i is null ? null : Ordered(i))]),
        _ => node.DeepClone(),
    };
}
