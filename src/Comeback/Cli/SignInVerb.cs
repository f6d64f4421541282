using System.CommandLine;
using Comeback.Hosting;

namespace Comeback.Cli;

/// <summary><c>sign-in</c>: prints a link that signs an operator's browser in, once, within ten minutes.</summary>
internal static class SignInVerb
{
    public static Command Create(VerbHost host)
    {
        var verb = new Command("sign-in", "Print a link that signs one browser in to the admin; good once, for ten minutes");
        verb.SetAction((_, stop) => host.RunAsync(async (services, ct) =>
        {
            var token = await services.GetRequiredService<Admission>().NewLinkAsync(ct).ConfigureAwait(false);
            await host.Out.WriteLineAsync($"{services.GetRequiredService<ComebackOptions>().PublicUrl}sign-in/{token}").ConfigureAwait(false);
        }, stop));
        return verb;
    }
}
