using Comeback.Tests.Infra;

namespace Comeback.Tests.Cli;

/// <summary>The command line's manners: 0, or 2 with one readable line.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("nonsense")]
    [InlineData("sign-in", "--nonsense")]
    [InlineData("erase")]
    [InlineData("backup")]
    [InlineData("data-request", "--store")]
    public async Task A_line_that_cannot_be_read_is_one_sentence_and_exit_code_2(params string[] words) =>
        Assert.EndsWith("Try --help.", (await Verb.RunAsync(words)).Sentence(), StringComparison.Ordinal);

    [Fact]
    public async Task Help_lists_every_verb()
    {
        var help = (await Verb.RunAsync("--help")).Fine().Out;

        foreach (var verb in new[] { "backup", "restore", "resume", "data-request", "erase", "sign-in", "rotate-keys" }) Assert.Contains(verb, help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_a_verb_says_what_it_does() =>
        Assert.Contains("Forget one customer everywhere", (await Verb.RunAsync("erase", "--help")).Fine().Out, StringComparison.Ordinal);

    [Fact]
    public async Task A_store_that_is_not_there_is_named_together_with_those_that_are()
    {
        await using var comeback = await TestServer.StartAsync();
        Assert.Contains("import one first", (await Verb.InAsync(comeback.Folder, "resume", "--store", "tea")).Sentence(), StringComparison.Ordinal);
        await comeback.AddStoreAsync("coffee");

        Assert.Contains("there is coffee", (await Verb.InAsync(comeback.Folder, "resume", "--store", "tea")).Sentence(), StringComparison.Ordinal);
    }
}
