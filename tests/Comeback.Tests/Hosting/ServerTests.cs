using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Comeback.Tests.Infra;
using Microsoft.Data.Sqlite;
using Quartz;

namespace Comeback.Tests.Hosting;

/// <summary>Starting, being ready, and what a merchant reads when something is in the way.</summary>
public sealed class ServerTests
{
    [Fact]
    public async Task A_fresh_copy_is_healthy_and_ready()
    {
        await using var comeback = await TestServer.StartAsync();

        Assert.Equal("ok", (await comeback.JsonAsync("/healthz")).GetProperty("status").GetString());
        var ready = await comeback.JsonAsync("/readyz");
        Assert.Equal("ok", ready.GetProperty("status").GetString());
        foreach (var check in new[] { "database", "migrations", "keyRing" }) Assert.Equal("ok", ready.GetProperty("checks").GetProperty(check).GetString());
    }

    [Fact]
    public async Task A_copy_whose_database_is_gone_says_that_it_is_not_ready()
    {
        await using var comeback = await TestServer.StartAsync();
        SqliteConnection.ClearAllPools();
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(comeback.Folder, "comeback.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var drop = connection.CreateCommand();
            drop.CommandText = "PRAGMA foreign_keys = OFF; ALTER TABLE stores RENAME TO lost;";
            await drop.ExecuteNonQueryAsync();
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await comeback.Http.GetAsync(new Uri("/readyz", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await comeback.Http.GetAsync(new Uri("/healthz", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task A_copy_is_ready_once_its_scheduler_runs_and_no_longer_when_it_stands()
    {
        await using var comeback = await TestServer.StartAsync(settings: "--Comeback:Schedule=on");
        var scheduler = await comeback.Get<ISchedulerFactory>().GetScheduler();
        for (var i = 0; i < 100 && scheduler.Status != SchedulerStatus.Running; i++) await Task.Delay(50);
        Assert.Equal("ok", (await comeback.JsonAsync("/readyz")).GetProperty("checks").GetProperty("scheduler").GetString());

        await scheduler.Standby();

        var answer = await comeback.Http.GetAsync(new Uri("/readyz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("\"scheduler\":\"failed\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_sentence()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var folder = Directory.CreateTempSubdirectory("comeback-port-").FullName;
        var port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var sentence = (await Verb.InAsync(folder, $"--Comeback:Urls=http://127.0.0.1:{port}")).Sentence();

        Assert.Contains(port, sentence, StringComparison.Ordinal);
        Assert.Contains("--Comeback:Urls", sentence, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_second_copy_on_the_same_data_is_refused_and_a_verb_is_not()
    {
        await using var comeback = await TestServer.StartAsync();

        Assert.Contains("already serves", (await Verb.InAsync(comeback.Folder)).Sentence(), StringComparison.Ordinal);
        Assert.Contains("/sign-in/", (await Verb.InAsync(comeback.Folder, "sign-in")).Fine().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-newer-").FullName;
        (await Verb.InAsync(folder, "sign-in")).Fine();
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "comeback.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var add = connection.CreateCommand();
            add.CommandText = "INSERT INTO \"__EFMigrationsHistory\" VALUES ('29990101000000_FromTheFuture', '99.0.0')";
            await add.ExecuteNonQueryAsync();
        }

        Assert.Contains("newer version", (await Verb.InAsync(folder, "sign-in")).Sentence(), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_or_a_database_that_is_none_is_one_sentence()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-bad-").FullName;
        var file = Path.Combine(folder, "file");
        await File.WriteAllTextAsync(file, "not a folder");
        await File.WriteAllTextAsync(Path.Combine(folder, "comeback.db"), new string('x', 5000));

        (await Verb.InAsync(file, "sign-in")).Sentence();
        Assert.Contains("damaged", (await Verb.InAsync(folder, "sign-in")).Sentence(), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("--Comeback:Urls=nonsense", "Comeback:Urls")]
    [InlineData("--Comeback:PublicUrl=example.com", "Comeback:PublicUrl")]
    [InlineData("--Comeback:PublicUrl=https://example.com/path", "Comeback:PublicUrl")]
    [InlineData("--Comeback:Proxies=here", "Comeback:Proxies")]
    [InlineData("--Comeback:AllowLoopback=perhaps", "Comeback:AllowLoopback")]
    [InlineData("--ConnectionStrings:Comeback=nonsense", "ConnectionStrings:Comeback")]
    [InlineData("--ConnectionStrings:Comeback_FILE=/nowhere/at/all", "ConnectionStrings:Comeback_FILE")]
    [InlineData("--Comeback:MasterKeyFile=/nowhere/at/all", "Comeback:MasterKeyFile")]
    [InlineData("--ConnectionStrings:Comeback=Host=127.0.0.1;Port=1;Username=x;Timeout=2", "PostgreSQL cannot be reached")]
    public async Task A_wrong_setting_is_one_sentence_that_names_it(string setting, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("comeback-setting-").FullName;

        Assert.Contains(expected, (await Verb.InAsync(folder, setting, "sign-in")).Sentence(), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_mistake_in_a_request_is_answered_as_problem_details_without_the_inside()
    {
        await using var comeback = await TestServer.StartAsync();
        var store = await comeback.AddStoreAsync();
        using var body = new StringContent("{\"settings\": 5}", System.Text.Encoding.UTF8, "application/json");

        var answer = await comeback.Http.PutAsync(new Uri($"/api/stores/{store}/settings", UriKind.Relative), body);
        var missing = await comeback.Http.GetAsync(new Uri("/api/stores/999999/settings", UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("Exception", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }
}
