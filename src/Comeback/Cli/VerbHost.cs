using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;

namespace Comeback.Cli;

/// <summary>
/// What a verb runs in: the service's own container, built on the first call and never started, so without HTTP, scheduler and background
/// work. <see cref="Out"/> carries only what the verb prints; logs go to standard error.
/// </summary>
internal sealed class VerbHost(string[] settings, TextWriter output, TextWriter error)
{
    /// <summary>What was given on the command line as settings.</summary>
    public string[] Settings { get; } = settings;

    public TextWriter Out { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>Builds the container, migrates the database, and does the work.</summary>
    public Task<int> RunAsync(Func<IServiceProvider, CancellationToken, Task> work, CancellationToken stop) => RunUnpreparedAsync(async (services, ct) =>
    {
        await Server.PrepareAsync(services, ct).ConfigureAwait(false);
        await work(services, ct).ConfigureAwait(false);
    }, stop);

    /// <summary>The same without touching the database first; for <c>restore</c>, which replaces it.</summary>
    public async Task<int> RunUnpreparedAsync(Func<IServiceProvider, CancellationToken, Task> work, CancellationToken stop)
    {
        var app = Server.Build(Settings, verb: true);
        await using (app.ConfigureAwait(false))
        {
            try
            {
                await work(app.Services, stop).ConfigureAwait(false);
                return 0;
            }
            catch (Exception problem) when (Problems.Sentence(problem, app.Services.GetRequiredService<Databases>()) is { } sentence)
            {
                throw new UserError(sentence, inner: problem);
            }
        }
    }
}
