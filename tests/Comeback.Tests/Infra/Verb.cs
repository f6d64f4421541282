using Comeback.Cli;

namespace Comeback.Tests.Infra;

/// <summary>A verb run in this process, as from a shell.</summary>
internal sealed record Verb(int ExitCode, string Out, string Error)
{
    /// <summary>In a data folder, in Development.</summary>
    public static Task<Verb> InAsync(string folder, params string[] words) => RunAsync([.. TestServer.Settings(folder), .. words]);

    public static async Task<Verb> RunAsync(params string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, output, error, CancellationToken.None);
        return new Verb(code, output.ToString(), error.ToString());
    }

    /// <summary>Exit 2, nothing on standard output, and one readable line on standard error, which is returned.</summary>
    public string Sentence()
    {
        Assert.Equal(2, ExitCode);
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        return line;
    }

    public Verb Fine()
    {
        Assert.True(ExitCode == 0, $"exit {ExitCode}: {Error}");
        return this;
    }
}
