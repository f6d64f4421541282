using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Stores.WooCommerce;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Comeback.Install.WooCommerce;

/// <summary>The doors of an install: the admin's form, the store's post of keys, and the page that the browser comes back to.</summary>
internal static class WooInstallEndpoints
{
    private const int MostBytes = 16 * 1024;
    private static readonly TimeSpan FormLife = TimeSpan.FromHours(1);

    public static void MapWooInstall(this Routes routes)
    {
        routes.Api.MapGet("/connections/woocommerce/form", Form).WithTags("Install");
        routes.Api.MapPost("/connections/woocommerce", StartAsync).RequireRateLimiting(Doors.SignInRate).WithTags("Install");
        var pages = routes.Public.MapGroup("/woocommerce").ExcludeFromDescription();
        pages.MapGet("/install", InstallAsync);
        pages.MapGet("/return", ReturnAsync);
        pages.MapPost("/keys", KeysAsync).DisableAntiforgery();
    }

    private static Ok<InstallForm> Form(IDataProtectionProvider protection, TimeProvider time) =>
        TypedResults.Ok(new InstallForm(Protector(protection).Protect(time.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture))));

    private static async Task<Ok<InstallStarted>> StartAsync(InstallRequest request, WooInstall install, IDataProtectionProvider protection, TimeProvider time, CancellationToken ct)
    {
        if (!IsOurs(request.Form, protection, time)) throw new UserError("This form is too old: load the page again.", UserErrorKind.Conflict);
        return TypedResults.Ok(new InstallStarted(await install.StartAsync(request.Address, ct).ConfigureAwait(false)));
    }

    // The plugin's button and WooCommerce's pages lead here: a form with the address filled in, and nothing started.
    private static async Task<IResult> InstallAsync(string? store, HttpContext http, Admission admission)
    {
        if (await admission.ModeAsync(http).ConfigureAwait(false) is null) return SignInEndpoints.SignInPage();
        var address = WooAddress.Parse(store, allowLoopback: true) is { } known ? $"?store={Uri.EscapeDataString(WooAddress.Write(known))}" : "";
        return TypedResults.Redirect("/admin/connect/woocommerce" + address);
    }

    private static async Task<IResult> KeysAsync(HttpRequest request, WooInstall install, CancellationToken ct)
    {
        if (await ReadAsync(request, ct).ConfigureAwait(false) is not { } posted) return TypedResults.BadRequest();
        using (posted)
        {
            var root = posted.RootElement;
            var taken = root.ValueKind == JsonValueKind.Object && Text(root, "user_id") is { } token && Text(root, "consumer_key") is { } key && Text(root, "consumer_secret") is { } secret
                && await install.TakeAsync(token, new WooKeys(key, secret), Text(root, "key_permissions"), ct).ConfigureAwait(false);
            // Anything but 200 has the store delete the keys again: junk, an old token, one that was used.
            return taken ? TypedResults.Ok() : TypedResults.StatusCode(StatusCodes.Status403Forbidden);
        }
    }

    private static async Task<IResult> ReturnAsync(string? success, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "user_id")] string? token, HttpContext http, WooInstall install, CancellationToken ct)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
        var attempt = await install.FindAsync(token, ct).ConfigureAwait(false);
        if (success != "1" && attempt?.State != InstallState.Verified)
            return SignInEndpoints.Page("Nothing was connected", "<p>You said no in the store, so nothing has changed there or here.</p><p><a href=\"/admin/connect/woocommerce\">Back to Comeback</a></p>");
        if (attempt is null) return SignInEndpoints.Page("This way back is too old", "<p>Begin again from <a href=\"/admin/connect\">Comeback</a>.</p>", StatusCodes.Status410Gone);
        if (attempt.State == InstallState.KeysReceived)
        {
            await install.VerifyDueAsync(ct).ConfigureAwait(false);
            attempt = await install.FindAsync(token, ct).ConfigureAwait(false) ?? attempt;
        }
        return attempt.State switch
        {
            InstallState.Verified => SignInEndpoints.Page("Connected", $"<p>Comeback reads your store now.</p><p><a href=\"/admin/{attempt.StoreId}/in-step\">See how far it is</a></p>"),
            InstallState.Failed => SignInEndpoints.Page("Not connected", $"<p>{HtmlEncoder.Default.Encode(attempt.Error ?? "")}</p><p><a href=\"/admin/connect\">Try again</a></p>"),
            _ => Waiting(http, attempt.Error),
        };
    }

    private static ContentHttpResult Waiting(HttpContext http, string? error)
    {
        http.Response.Headers["Refresh"] = "3";
        return SignInEndpoints.Page("One moment", $"<p>{(error is null ? "The store is handing over its keys." : HtmlEncoder.Default.Encode(error))}</p><p>This page looks again by itself.</p>");
    }

    private static async Task<JsonDocument?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var buffer = new byte[MostBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        if (length > MostBytes) return null;
        try
        {
            return JsonDocument.Parse(buffer.AsMemory(0, length), new JsonDocumentOptions { MaxDepth = 8 });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement at, string name) => at.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsOurs(string form, IDataProtectionProvider protection, TimeProvider time)
    {
        try
        {
            return long.TryParse(Protector(protection).Unprotect(form), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var made)
                && time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(made) is var age && age >= TimeSpan.Zero && age < FormLife;
        }
        catch (Exception problem) when (problem is CryptographicException or FormatException)
        {
            return false;
        }
    }

    private static IDataProtector Protector(IDataProtectionProvider protection) => protection.CreateProtector("Comeback.Install.Form");
}

/// <param name="Form">Goes back with the address: only our own page has it.</param>
internal sealed record InstallForm(string Form);

internal sealed record InstallRequest(string Address, string Form);

/// <param name="AuthorizeUrl">Where the merchant says yes, in the store.</param>
internal sealed record InstallStarted(string AuthorizeUrl);
