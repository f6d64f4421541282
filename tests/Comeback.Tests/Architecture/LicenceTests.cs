using System.Diagnostics;

namespace Comeback.Tests.Architecture;

/// <summary>What ships is listed with its licence, and only licences that we may ship are among them.</summary>
public sealed class LicenceTests
{
    [Fact]
    public async Task The_notices_are_fresh_and_every_licence_is_allowed()
    {
        using var node = Process.Start(new ProcessStartInfo("node", "tests/notices.mjs --check")
        {
            WorkingDirectory = Repository.Root,
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var errors = await node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(node.ExitCode == 0, errors);
    }
}
