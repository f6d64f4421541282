using System.CommandLine;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Segments;

namespace Comeback.Cli;

/// <summary><c>segments --export</c>, <c>--import FILE</c> and <c>--undo FILE</c>: a store's definitions as files.</summary>
internal sealed class DefinitionFiles
{
    private const int MostBytes = 16 * 1024 * 1024;
    private readonly Option<string?> export = new("--export") { Description = "Print the definitions: text or json" };
    private readonly Option<string?> import = new("--import") { Description = "A file of definitions: as exported, or what Klaviyo's API answers for segments" };
    private readonly Option<string?> undo = new("--undo") { Description = "Takes an import back, by the .undo.json that it wrote" };
    private readonly Option<string?> format = new("--format") { Description = "Of the file: text, json or klaviyo; looked at when not given" };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Only say what an import would do" };
    private readonly Option<bool> overwrite = new("--overwrite") { Description = "Change segments that are there under the same key" };
    private readonly Option<bool> partial = new("--partial") { Description = "Import what could not be carried wholly, too" };

    public void AddTo(Command verb)
    {
        foreach (var option in new Option[] { export, import, undo, format, dryRun, overwrite, partial }) verb.Options.Add(option);
    }

    /// <summary>True when the command was about files and is done.</summary>
    public async Task<bool> RunAsync(ParseResult parsed, VerbHost host, IServiceProvider services, StoreId store, CancellationToken ct)
    {
        if (parsed.GetValue(export) is { } form)
        {
            var items = await DefinitionsEndpoints.ReadAsync(services.GetRequiredService<Databases>(), store, ct).ConfigureAwait(false);
            await host.Out.WriteAsync(form switch
            {
                "text" => DefinitionText.Write(items.Where(item => !item.Stock)),
                "json" => JsonSerializer.Serialize(items.Where(item => !item.Stock), Hosting.Json.Options) + Environment.NewLine,
                _ => throw new UserError("Definitions are exported as text or json."),
            }).ConfigureAwait(false);
            return true;
        }
        var work = services.GetRequiredService<DefinitionImport>();
        if (parsed.GetValue(undo) is { } back)
        {
            var before = Undo(await ContentAsync(back, ct).ConfigureAwait(false), back);
            await host.Out.WriteLineAsync($"{await work.UndoAsync(store, before, ct).ConfigureAwait(false)} segments are as they were.").ConfigureAwait(false);
            return true;
        }
        if (parsed.GetValue(import) is not { } file) return false;
        var content = await ContentAsync(file, ct).ConfigureAwait(false);
        var answer = await work.RunAsync(
            store, new DefinitionsToImport(content, parsed.GetValue(format), parsed.GetValue(dryRun), parsed.GetValue(overwrite), parsed.GetValue(partial)), ct).ConfigureAwait(false);
        foreach (var item in answer.Items)
        {
            await host.Out.WriteLineAsync($"{item.Outcome,-9} {item.Key}{(item.Definition is null ? "" : $": {item.Definition}")}").ConfigureAwait(false);
            if (item.Problem is not null) await host.Out.WriteLineAsync($"          {item.Problem}").ConfigureAwait(false);
            foreach (var missing in item.NotCarried) await host.Out.WriteLineAsync($"          {missing}").ConfigureAwait(false);
        }
        if (answer.Undo is null) return true;
        await File.WriteAllTextAsync(file + ".undo.json", JsonSerializer.Serialize(answer.Undo, Hosting.Json.Options), ct).ConfigureAwait(false);
        await host.Out.WriteLineAsync($"Take it back with --undo {file}.undo.json").ConfigureAwait(false);
        return true;
    }

    private static DefinitionsUndo Undo(string json, string file)
    {
        try
        {
            if (JsonSerializer.Deserialize<DefinitionsUndo>(json, Hosting.Json.Options) is { Items: not null } undo) return undo;
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw new UserError($"{file} is not what an import wrote to take it back.");
    }

    private static async Task<string> ContentAsync(string file, CancellationToken ct)
    {
        try
        {
            if (new FileInfo(file).Length > MostBytes) throw new UserError($"{file} is larger than any list of definitions.");
            return await File.ReadAllTextAsync(file, ct).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{file} cannot be read: check the path and its rights.", inner: problem);
        }
    }
}
