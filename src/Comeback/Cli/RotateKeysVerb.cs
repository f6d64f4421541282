using System.CommandLine;
using Comeback.Hosting;

namespace Comeback.Cli;

/// <summary><c>rotate-keys</c>: a new key in the ring, wrapped by the present master key, and every secret protected by it.</summary>
internal static class RotateKeysVerb
{
    public static Command Create(VerbHost host)
    {
        var verb = new Command("rotate-keys", "Protect all secrets with a new key; after a change of the master key, name the old one in Comeback:OldMasterKeyFiles");
        verb.SetAction((_, stop) => host.RunAsync(async (services, ct) =>
        {
            var secrets = await KeyRing.RotateAsync(services, ct).ConfigureAwait(false);
            await host.Out.WriteLineAsync($"A new key is in use; {secrets} secrets are protected by it. The old master key is no longer needed.").ConfigureAwait(false);
        }, stop));
        return verb;
    }
}
