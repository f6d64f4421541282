using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Comeback.Install;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Install;

/// <summary>What a merchant sets for a store.</summary>
public sealed class SettingsTests
{
    [Fact]
    public async Task Two_people_who_change_the_same_settings_do_not_overwrite_each_other()
    {
        await using var comeback = await TestServer.StartAsync();
        var store = await comeback.AddStoreAsync();
        var path = new Uri($"/api/stores/{store}/settings", UriKind.Relative);
        var loaded = await comeback.JsonAsync(path.ToString());
        var version = loaded.GetProperty("version").GetString();

        var first = await comeback.Http.PutAsJsonAsync(path, new { settings = new { vipSharePercent = 20 }, version });
        var second = await comeback.Http.PutAsJsonAsync(path, new { settings = new { vipSharePercent = 10 }, version });

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal(20, (await comeback.JsonAsync(path.ToString())).GetProperty("settings").GetProperty("vipSharePercent").GetInt32());
    }

    [Theory]
    [InlineData("{\"vipSharePercent\":21}", "vipSharePercent")]
    [InlineData("{\"sender\":{\"fromEmail\":\"a@b.com\\r\\nBcc: x@y.z\"}}", "sender.fromEmail")]
    [InlineData("{\"sender\":{\"fromName\":\"Tea\\u000aHouse\"}}", "sender.fromName")]
    [InlineData("{\"quietHours\":{\"start\":\"9pm\"}}", "quietHours.start")]
    [InlineData("{\"existingCustomerBasis\":{\"countries\":[\"SA\"]}}", "existingCustomerBasis.countries")]
    [InlineData("{\"smtp\":{\"host\":\"mail.example.com\",\"port\":6379}}", "smtp.port")]
    [InlineData("{\"languages\":[]}", "languages")]
    public async Task A_setting_that_cannot_be_is_refused_by_its_name(string settings, string field)
    {
        await using var comeback = await TestServer.StartAsync();
        var store = await comeback.AddStoreAsync();
        var path = new Uri($"/api/stores/{store}/settings", UriKind.Relative);
        var version = (await comeback.JsonAsync(path.ToString())).GetProperty("version").GetString();

        var answer = await comeback.Http.PutAsJsonAsync(path, new { settings = JsonSerializer.Deserialize<JsonElement>(settings), version });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public void Settings_that_were_saved_are_read_back_equal_and_nothing_is_wrong_with_the_defaults()
    {
        var settings = new StoreSettings { VipSharePercent = 12, Smtp = new SmtpSettings { Host = "smtp.example.com" }, WeekEndsOn = DayOfWeek.Saturday };

        Assert.Equal(settings.Write(), StoreSettings.Read(settings.Write()).Write());
        Assert.Empty(new StoreSettings().Problems());
        Assert.Empty(settings.Problems());
    }

    [Fact]
    public async Task The_list_of_stores_counts_what_each_one_holds()
    {
        await using var comeback = await TestServer.StartAsync();
        var store = await comeback.AddStoreAsync("tea");

        var listed = Assert.Single((await comeback.JsonAsync("/api/stores")).EnumerateArray());

        Assert.Equal(store.ToString(), listed.GetProperty("id").GetString());
        Assert.Equal(0, listed.GetProperty("counts").GetProperty("orders").GetInt32());
        Assert.Equal("import", listed.GetProperty("platform").GetString());
    }
}
