using Comeback.Messages;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Messages;

/// <summary>The sending process is killed (SIGKILL) at random points. The benchmarks do the same a thousand times.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private static readonly string[] Child = ["-method", $"{typeof(KillTests).FullName}.{nameof(A_process_that_is_told_to_send_sends)}", "-noLogo"];

    /// <summary>This is the child: in an ordinary run there is nothing to be.</summary>
    [Fact]
    public Task A_process_that_is_told_to_send_sends() => KillRun.BeTheChildAsync();

    [Fact]
    public async Task Kills_while_sending_by_mail_server_send_nothing_twice_and_lose_nothing_without_a_record()
    {
        var tally = await KillRun.RunAsync(kills: 10, peopleForEach: 12, seed: 1, smtp: true, Child, TestContext.Current.CancellationToken);
        output.WriteLine(tally.ToString());
        Assert.Equal(0, tally.Doubled);
        Assert.Equal(0, tally.Lost);
        Assert.Equal(tally.People, tally.DeliveredOnce + tally.Unknown);
        Assert.True(tally.Unknown <= tally.Kills * SmtpChannel.MostConnections, "At most what the connections held was in doubt at each kill.");
        AssertTheKillsMeantSomething(tally, 10);
    }

    [Fact]
    public async Task Kills_while_filling_the_outbox_leave_nothing_unknown()
    {
        var tally = await KillRun.RunAsync(kills: 10, peopleForEach: 40, seed: 2, smtp: false, Child, TestContext.Current.CancellationToken);
        output.WriteLine(tally.ToString());
        Assert.Equal(0, tally.Doubled + tally.Lost + tally.Unknown);
        Assert.Equal(tally.People, tally.DeliveredOnce);
        AssertTheKillsMeantSomething(tally, 10);
    }

    private static void AssertTheKillsMeantSomething(KillTally tally, int kills)
    {
        Assert.Equal(kills, tally.Kills);
        Assert.True(tally.Midway >= kills / 2, $"Half of the kills at least come when some people have got theirs and others have not: {tally}");
        Assert.True(tally.InHand >= 1, $"Some kills come while messages are in hand: {tally}");
    }
}
