using System.Text.Json;
using Comeback.Cli;
using Comeback.Data;
using Comeback.Engine;
using Microsoft.AspNetCore.Diagnostics;

namespace Comeback.Hosting;

/// <summary>Turns what was thrown into an RFC 9457 answer: a person's mistake in its own words, anything else without a word of the inside.</summary>
internal sealed partial class ProblemAnswers(IProblemDetailsService problems, Databases databases, ILogger<ProblemAnswers> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var (status, detail) = exception switch
        {
            UserError error => (StatusOf(error.Kind), error.Message),
            ForeignCall => (StatusCodes.Status403Forbidden, exception.Message),
            ReadableException => (StatusCodes.Status400BadRequest, exception.Message),
            BadHttpRequestException { InnerException: JsonException json } => (StatusCodes.Status400BadRequest, "The body is not what is expected here: " + Place(json)),
            BadHttpRequestException bad => (bad.StatusCode, "The request is not what is expected here."),
            OperationCanceledException when httpContext.RequestAborted.IsCancellationRequested => (499, "The caller went away."),
            _ when Problems.Sentence(exception, databases) is { } sentence => (StatusCodes.Status503ServiceUnavailable, sentence),
            _ => (StatusCodes.Status500InternalServerError, "Something went wrong inside. It is in the log under the trace id below."),
        };
        // Without its message, which may quote what a customer typed.
        if (status == StatusCodes.Status500InternalServerError)
            Log.NotForeseen(logger, httpContext.TraceIdentifier, exception.GetType().FullName, exception.StackTrace);
        httpContext.Response.StatusCode = status;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, Exception = exception, ProblemDetails = { Status = status, Detail = detail } })
            .ConfigureAwait(false);
    }

    private static int StatusOf(UserErrorKind kind) => kind switch
    {
        UserErrorKind.NotFound => StatusCodes.Status404NotFound,
        UserErrorKind.Conflict => StatusCodes.Status409Conflict,
        UserErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };

    private static string Place(JsonException json) => json.Path is { Length: > 1 } path ? $"{path} (line {json.LineNumber + 1})." : $"line {json.LineNumber + 1}.";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Not foreseen in request {Trace}: {Kind} at {Stack}")]
        public static partial void NotForeseen(ILogger logger, string trace, string? kind, string? stack);
    }
}
