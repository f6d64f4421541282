using System.CommandLine;
using System.Globalization;
using Comeback.Data;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Privacy;

namespace Comeback.Cli;

/// <summary><c>backup FILE</c>: a copy of everything, taken while Comeback runs.</summary>
internal static class BackupVerb
{
    public static Command Create(VerbHost host)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "File to write, such as comeback-backup.zip" };
        var verb = new Command("backup", "Write a backup of everything but the master key; Comeback may run meanwhile") { file };
        verb.SetAction((words, stop) => host.RunAsync(async (services, ct) =>
        {
            var path = words.GetRequiredValue(file).FullName;
            var manifest = await services.GetRequiredService<Backups>().WriteAsync(path, ct).ConfigureAwait(false);
            await host.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Backed up {manifest.Stores.Count} stores ({manifest.Bytes / 1024.0 / 1024.0:0.0} MB) to {path}.")).ConfigureAwait(false);
            foreach (var store in manifest.Stores)
                await host.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {store.Name}: {store.Orders} orders, {store.Customers} customers, {store.Messages} messages")).ConfigureAwait(false);
            await host.Out.WriteLineAsync("Keep the master key as well, apart from this file: without it the secrets inside cannot be opened.").ConfigureAwait(false);
        }, stop));
        return verb;
    }
}

/// <summary><c>restore FILE</c>: puts a backup back; afterwards all sending waits for <c>resume</c>.</summary>
internal static class RestoreVerb
{
    public static Command Create(VerbHost host)
    {
        var file = new Argument<FileInfo?>("FILE") { Description = "A file of the verb backup; left out after a pg_restore", Arity = ArgumentArity.ZeroOrOne };
        var verb = new Command("restore", "Put a backup back (stop Comeback first); all sending then waits for the verb resume") { file };
        verb.SetAction((words, stop) => RestoreAsync(host, words.GetValue(file)?.FullName, stop));
        return verb;
    }

    /// <remarks>1. nobody serves; 2. the database is swapped; 3. it is migrated; 4. sending is paused; 5. who was erased since is erased again.</remarks>
    private static async Task<int> RestoreAsync(VerbHost host, string? path, CancellationToken stop)
    {
        var since = DateTimeOffset.MinValue;
        if (path is not null)
        {
            // Steps 1 and 2, in a container of their own: nothing may hold the old database open.
            await host.RunUnpreparedAsync(async (services, ct) =>
            {
                services.GetRequiredService<ServingLock>().Take();
                var manifest = await services.GetRequiredService<Backups>().PutBackAsync(path, ct).ConfigureAwait(false);
                since = manifest.CreatedAt;
                await host.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Restored the backup of {manifest.CreatedAt:yyyy-MM-dd HH:mm} UTC. What was there before is kept in the folder backups.")).ConfigureAwait(false);
            }, stop).ConfigureAwait(false);
        }
        // Step 3
        return await host.RunAsync(async (services, ct) =>
        {
            services.GetRequiredService<ServingLock>().Take();
            if (path is null && !services.GetRequiredService<Databases>().IsPostgres) throw new Engine.UserError("Name the backup: restore FILE.");
            // Step 4
            var waiting = await services.GetRequiredService<AfterRestore>().PauseAllAsync(ct).ConfigureAwait(false);
            // Step 5
            var erased = await services.GetRequiredService<Erasure>().ReplayAsync(since, ct).ConfigureAwait(false);
            if (erased > 0) await host.Out.WriteLineAsync($"Erased again: {erased} customers who were erased after the backup.").ConfigureAwait(false);
            await host.Out.WriteLineAsync("All sending is paused. Due before now, and perhaps sent already:").ConfigureAwait(false);
            foreach (var store in waiting)
                await host.Out.WriteLineAsync($"  {store.Name}: {store.Messages} messages, {store.Steps} campaign steps. Go on with: resume --store \"{store.Name}\"").ConfigureAwait(false);
        }, stop).ConfigureAwait(false);
    }
}

/// <summary><c>resume</c>: lets a restored store send again.</summary>
internal static class ResumeVerb
{
    public static Command Create(VerbHost host)
    {
        var store = PersonOptions.Store();
        var sendDue = new Option<bool>("--send-due") { Description = "Also send what fell due before now; without it that is dropped, as it may have been sent already" };
        var verb = new Command("resume", "Let a restored store send again") { store, sendDue };
        verb.SetAction((words, stop) => host.RunAsync(async (services, ct) =>
        {
            var at = await services.GetRequiredService<StoreList>().FindAsync(words.GetRequiredValue(store), ct).ConfigureAwait(false);
            var send = words.GetValue(sendDue);
            var waiting = await services.GetRequiredService<AfterRestore>().ResumeAsync(at, send, ct).ConfigureAwait(false);
            await host.Out.WriteLineAsync($"{waiting.Name} sends again; {waiting.Messages} messages and {waiting.Steps} campaign steps that were due are {(send ? "sent now" : "dropped")}.").ConfigureAwait(false);
        }, stop));
        return verb;
    }
}
