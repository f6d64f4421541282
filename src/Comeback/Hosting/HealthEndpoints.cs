using Microsoft.AspNetCore.Http.HttpResults;

namespace Comeback.Hosting;

/// <summary>One thing that must work before traffic is let in.</summary>
internal sealed record ReadyCheck(string Name, Func<IServiceProvider, CancellationToken, Task> Check);

/// <summary><c>/healthz</c> says that the process answers, <c>/readyz</c> that it can work.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", Healthy);
        routes.MapGet("/readyz", ReadyAsync);
    }

    private static Ok<HealthAnswer> Healthy() => TypedResults.Ok(new HealthAnswer("ok", null));

    private static async Task<JsonHttpResult<HealthAnswer>> ReadyAsync(
        IEnumerable<ReadyCheck> checks, IHostApplicationLifetime lifetime, IServiceProvider services, CancellationToken stop)
    {
        var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var check in checks)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(TimeSpan.FromSeconds(3));
            try
            {
                await check.Check(services, patience.Token).ConfigureAwait(false);
                answers[check.Name] = "ok";
            }
            catch (Exception problem) when (!stop.IsCancellationRequested)
            {
                // The caller may be anybody: what failed is said, how is in the log.
                answers[check.Name] = problem is OperationCanceledException ? "slow" : "failed";
            }
        }
        if (lifetime.ApplicationStopping.IsCancellationRequested) answers["process"] = "stopping";
        var ready = answers.Values.All(answer => answer == "ok");
        return TypedResults.Json(new HealthAnswer(ready ? "ok" : "not ready", answers), statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>Status in one word, and each check's.</summary>
internal sealed record HealthAnswer(string Status, IReadOnlyDictionary<string, string>? Checks);
