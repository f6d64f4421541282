using System.Security.Cryptography;
using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Install;

/// <summary>The stores of this installation and what a merchant sets for each.</summary>
internal static class InstallEndpoints
{
    public static void MapInstallEndpoints(this Routes routes)
    {
        routes.Api.MapGet("/stores", ListAsync);
        routes.Store.MapGet("/settings", ReadSettingsAsync);
        routes.Store.MapPut("/settings", WriteSettingsAsync);
    }

    private static async Task<Ok<List<StoreAnswer>>> ListAsync(StoreList stores, HttpContext http, CancellationToken ct) =>
        TypedResults.Ok(await stores.ReadAsync(ct, StoreSession.Of(http)).ConfigureAwait(false));

    private static async Task<Ok<SettingsAnswer>> ReadSettingsAsync(StoreId store, Databases databases, Secrets secrets, CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        var json = await db.Stores.Where(s => s.Id == store).Select(s => s.Settings).SingleAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(new SettingsAnswer(
            StoreSettings.Read(json), VersionOf(json), await secrets.HasAsync(store, SecretPurposes.SmtpPassword, ct).ConfigureAwait(false)));
    }

    private static async Task<Results<Ok<SettingsAnswer>, ValidationProblem>> WriteSettingsAsync(
        StoreId store, SettingsRequest request, Databases databases, StoreWriter writer, Secrets secrets, CancellationToken ct)
    {
        if (request.Settings.Problems() is { Count: > 0 } problems) return TypedResults.ValidationProblem(problems);
        await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var row = await transaction.Db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
            if (VersionOf(row.Settings) != request.Version)
                throw new UserError("Somebody else saved these settings meanwhile: load them again, then change what you wanted to.", UserErrorKind.Conflict);
            row.Settings = request.Settings.Write();
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
            await transaction.ChangeAsync().ConfigureAwait(false);
            if (request.SmtpPassword is { Length: > 0 } password)
                await secrets.StoreAsync(transaction, SecretPurposes.SmtpPassword, password, ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        return await ReadSettingsAsync(store, databases, secrets, ct).ConfigureAwait(false);
    }

    // Of the content itself: two who load the same see the same version, whoever wrote it.
    private static string VersionOf(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)).AsSpan(0, 8));
}

internal sealed record SettingsAnswer(StoreSettings Settings, string Version, bool HasSmtpPassword);

/// <param name="SmtpPassword">Only to set a new one; never read back.</param>
internal sealed record SettingsRequest(StoreSettings Settings, string Version, string? SmtpPassword = null);

internal sealed record StoreAnswer(
    StoreId Id, string Name, Platform Platform, StoreState State, string Currency, string TimeZone, string? Country, string Language,
    DateTimeOffset CreatedAt, DateTimeOffset Now, DateTimeOffset? InStepAt, bool HistoryComplete, StoreCounts Counts);

internal sealed record StoreCounts(long Orders, long OrderLines, long Customers, long Products, long Carts, long Events);
