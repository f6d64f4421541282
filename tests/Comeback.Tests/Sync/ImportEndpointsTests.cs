using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Comeback.Hosting;
using Comeback.Sync;
using Comeback.Tests.Stores.Csv;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Comeback.Tests.Sync;

/// <summary>Import from the browser, as the admin's page does it.</summary>
public sealed class ImportEndpointsTests
{
    private static readonly byte[] OnlineRetail = CsvFile.Recorded("online-retail.csv").Bytes;

    [Fact]
    public async Task A_file_is_previewed_sent_imported_in_the_background_and_its_left_out_rows_downloaded()
    {
        await using var comeback = await Serving.StartAsync();
        var preview = await AnswerAsync(await PostAsync(comeback, "/api/imports/preview", OnlineRetail));
        Assert.Equal(("UCI Online Retail", ",", 0), (preview.GetProperty("layout").GetString(), preview.GetProperty("delimiter").GetString(), preview.GetProperty("missing").GetArrayLength()));
        var first = preview.GetProperty("columns")[0];
        Assert.Equal(("InvoiceNo", "order", "536365"), (first.GetProperty("name").GetString(), first.GetProperty("field").GetString(), first.GetProperty("samples")[0].GetString()));

        var response = await PostAsync(comeback, "/api/imports", OnlineRetail, ("name", "uci"), ("currency", "GBP"), ("timeZone", "Europe/London"));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var started = await AnswerAsync(response);
        var path = $"/api/stores/{started.GetProperty("storeId").GetString()}/imports";
        await comeback.Uploads.WhenIdleAsync();
        var import = await AnswerAsync(await comeback.Http.GetAsync(new Uri($"{path}/{started.GetProperty("importId").GetString()}", UriKind.Relative)));
        Assert.Equal(("done", 13, 4, 3), (import.GetProperty("state").GetString(), import.GetProperty("rowsRead").GetInt32(), import.GetProperty("rowsRejected").GetInt32(), import.GetProperty("orders").GetInt32()));
        Assert.Equal(1, import.GetProperty("rejectsByReason").GetProperty("no customer").GetInt32());
        Assert.Equal(1, (await AnswerAsync(await comeback.Http.GetAsync(new Uri(path, UriKind.Relative)))).GetArrayLength());
        var rejects = await comeback.Http.GetStringAsync(new Uri($"{path}/{started.GetProperty("importId").GetString()}/rejects", UriKind.Relative));
        Assert.Contains("9,no customer,536414", rejects, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(comeback.Folder, "tmp")));
    }

    [Fact]
    public async Task An_unknown_header_is_mapped_by_the_page()
    {
        await using var comeback = await Serving.StartAsync();
        var file = "Bestilling nr;Dato;E-mail;Beløb\n1;31-12-2025;a@b.dk;1.234,50\n"u8.ToArray();
        var preview = await AnswerAsync(await PostAsync(comeback, "/api/imports/preview", file));
        Assert.Equal(JsonValueKind.Null, preview.GetProperty("layout").ValueKind);
        Assert.Equal([null, "date", "email", "total"], preview.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("field").GetString()));
        Assert.Equal(["order"], preview.GetProperty("missing").EnumerateArray().Select(m => m.GetString()));
        const string Mapping = """{"Bestilling nr":"order","Dato":"date","E-mail":"email","Beløb":"total"}""";
        var response = await PostAsync(comeback, "/api/imports", file, ("name", "butik"), ("currency", "DKK"), ("timeZone", "Europe/Copenhagen"), ("mapping", Mapping));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await comeback.Uploads.WhenIdleAsync();
    }

    [Fact]
    public async Task A_file_or_a_store_that_is_refused_is_said_in_one_sentence_and_leaves_nothing_behind()
    {
        await using var comeback = await Serving.StartAsync();
        await RefusedAsync("not a CSV file", "words"u8.ToArray(), ("name", "a"), ("currency", "GBP"));
        await RefusedAsync("ISO 4217", OnlineRetail, ("name", "a"), ("currency", "£"));
        await RefusedAsync("--currency", OnlineRetail, ("name", "a"));
        await RefusedAsync("no usable name", OnlineRetail, ("currency", "GBP"));
        await RefusedAsync("is no field", OnlineRetail, ("name", "a"), ("currency", "GBP"), ("mapping", """{"InvoiceNo":"password"}"""));
        await RefusedAsync("no e-mail column", CsvFile.Recorded("woocommerce-analytics.csv").Bytes, ("name", "a"), ("currency", "GBP"));
        var empty = await comeback.Http.PostAsync(new Uri("/api/imports", UriKind.Relative), JsonContent.Create(new { }));
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
        Assert.Empty(Directory.GetFiles(Path.Combine(comeback.Folder, "tmp")));

        async Task RefusedAsync(string words, byte[] file, params (string Name, string Value)[] fields)
        {
            var response = await PostAsync(comeback, "/api/imports", file, fields);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Contains(words, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    private static async Task<HttpResponseMessage> PostAsync(Serving comeback, string path, byte[] file, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
#pragma warning disable CA2000 // The form disposes its parts.
            form.Add(new StringContent(value), name);
#pragma warning restore CA2000
        }
        using var content = new ByteArrayContent(file);
        form.Add(content, "file", "orders.csv");
        return await comeback.Http.PostAsync(new Uri(path, UriKind.Relative), form);
    }

    private static async Task<JsonElement> AnswerAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The service itself, in a folder of its own.</summary>
    private sealed class Serving(WebApplication app, string folder) : IAsyncDisposable
    {
        public string Folder { get; } = folder;

        public ImportUploads Uploads => app.Services.GetRequiredService<ImportUploads>();

        public HttpClient Http { get; } = Client(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

        public static async Task<Serving> StartAsync()
        {
            var folder = Directory.CreateTempSubdirectory("comeback-import-").FullName;
            string[] settings = ["--environment=Development", $"--Comeback:Data={folder}", "--Comeback:Urls=http://127.0.0.1:0", "--Comeback:Demo=off", "--Comeback:Schedule=off"];
            return new Serving(await Server.StartAsync(settings, adjust: null, TestContext.Current.CancellationToken), folder);
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await app.StopAsync();
            await app.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }

        private static HttpClient Client(string address)
        {
#pragma warning disable RS0030 // The test is the browser here; nothing goes out.
            var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(address) };
#pragma warning restore RS0030
            client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
            return client;
        }
    }
}
