using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Comeback.Tests.Segments;

/// <summary>An endpoint of chat completions on this machine that answers what a test lays down, one after another, and keeps what it was asked.</summary>
internal sealed class FakeModel : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Queue<string> replies;

    private FakeModel(WebApplication app, Queue<string> replies) => (this.app, this.replies) = (app, replies);

    public List<JsonElement> Bodies { get; } = [];

    public string? Authorization { get; private set; }

    public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/");

    public static async Task<FakeModel> StartAsync(params string[] replies)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var model = new FakeModel(app, new Queue<string>(replies));
        app.MapPost("/v1/chat/completions", (RequestDelegate)model.AnswerAsync);
        await app.StartAsync();
        return model;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using (var document = await JsonDocument.ParseAsync(context.Request.Body)) Bodies.Add(document.RootElement.Clone());
        Authorization = context.Request.Headers.Authorization;
        context.Response.StatusCode = (int)Status;
        await context.Response.WriteAsJsonAsync(replies.TryDequeue(out var reply)
            ? new { choices = new[] { new { message = new { role = "assistant", content = reply } } } }
            : (object)new { error = "secret of the endpoint" });
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
