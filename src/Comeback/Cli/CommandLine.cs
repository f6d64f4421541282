using System.CommandLine;
using System.CommandLine.Help;
using Comeback.Hosting;

namespace Comeback.Cli;

/// <summary>The verbs of the command line; without one, the service runs. Exit code 0, or 2 with one readable line on standard error.</summary>
internal static class CommandLine
{
    private const int Mistake = 2;

    public static Task<int> RunAsync(string[] args) => RunAsync(args, Console.Out, Console.Error, CancellationToken.None);

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken stop)
    {
        var (settings, words) = Split(args);
        var host = new VerbHost(settings, output, error);
        var result = Root(host).Parse(words);
        if (result.Errors.Count > 0 && result.Action is not HelpAction)
        {
            await error.WriteLineAsync($"{OneLine(result.Errors[0].Message)} Try --help.").ConfigureAwait(false);
            return Mistake;
        }
        try
        {
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error, ProcessTerminationTimeout = null };
            return await result.InvokeAsync(invocation, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Stopped.").ConfigureAwait(false);
            return Mistake;
        }
        catch (Exception problem) when (Problems.Sentence(problem) is { } sentence)
        {
            await error.WriteLineAsync(OneLine(sentence)).ConfigureAwait(false);
            return Mistake;
        }
        catch (Exception problem) when (Environment.GetEnvironmentVariable("COMEBACK_TRACE") is null)
        {
            await error.WriteLineAsync(
                OneLine($"This was not foreseen ({problem.GetType().Name}: {problem.Message}). Set COMEBACK_TRACE=1 for the details.")).ConfigureAwait(false);
            return Mistake;
        }
    }

    /// <summary>One line a verb, each in a file of its own.</summary>
    private static RootCommand Root(VerbHost host)
    {
        var root = new RootCommand("Comeback sorts the customers of an online store into segments and writes to those who may be written to. Without a verb it serves.")
        {
            Settings("--Comeback:Data", "Data folder (./data). Any setting of the README can be given like this: --Comeback:Urls=http://localhost:5081"),
            Settings("--environment", "Development or Production (dotnet run is Development, a published binary Production)"),
            Settings("--urls", "Address to serve on (http://localhost:5080)"),
            // Verbs, in the order of a merchant's first day.
            ImportVerb.Create(host),
            StoresVerb.Create(host),
            SegmentsVerb.Create(host),
            ExportVerb.Create(host),
            BackupVerb.Create(host),
            RestoreVerb.Create(host),
            ResumeVerb.Create(host),
            DataRequestVerb.Create(host),
            EraseVerb.Create(host),
            SignInVerb.Create(host),
            RotateKeysVerb.Create(host),
        };
        root.SetAction((_, stop) => Server.RunAsync(host, stop));
        return root;
    }

    /// <summary>Only for the help text: settings are taken out before the verbs are read.</summary>
    private static Option<string> Settings(string name, string description) => new(name) { Description = description, Recursive = true };

    /// <summary>Tells settings (<c>--Comeback:Data=DIR</c>, <c>--environment</c>, <c>--urls</c>) from the words of a verb.</summary>
    private static (string[] Settings, string[] Words) Split(string[] args)
    {
        var settings = new List<string>();
        var words = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i].Split('=', 2)[0];
            var isSetting = name.StartsWith("--", StringComparison.Ordinal)
                && (name.Contains(':', StringComparison.Ordinal) || name[2..] is "environment" or "urls" or "contentRoot" or "applicationName");
            if (!isSetting) words.Add(args[i]);
            else if (args[i].Contains('=', StringComparison.Ordinal) || i + 1 == args.Length) settings.Add(args[i]);
            else settings.AddRange([args[i], args[++i]]);
        }
        return ([.. settings], [.. words]);
    }

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
