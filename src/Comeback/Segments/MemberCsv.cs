using System.Globalization;
using System.Text;

namespace Comeback.Segments;

/// <summary>
/// Members as CSV for people and their spreadsheets: UTF-8 with BOM, and a cell that a spreadsheet would run as a formula begins with an apostrophe,
/// unless <paramref name="raw"/> is asked for. Phones stay E.164.
/// </summary>
internal sealed class MemberCsv(Stream output, bool raw) : IAsyncDisposable
{
    private readonly StreamWriter writer = new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), 1 << 16, leaveOpen: true) { NewLine = "\r\n" };

    public Task HeaderAsync() =>
        writer.WriteLineAsync("customer_id,account_id,first_name,last_name,email,phone,country,orders,amount_spent,currency,last_order_at,member_since,why");

    public async Task RowAsync(Member member)
    {
        var text = new StringBuilder(160);
        text.Append(member.CustomerId).Append(',');
        Cell(text, member.AccountId).Append(',');
        Cell(text, member.FirstName).Append(',');
        Cell(text, member.LastName).Append(',');
        Cell(text, member.Email).Append(',');
        // A phone in E.164 begins with a plus and is digits only: no formula, and it must stay dialable.
        text.Append(IsPhone(member.Phone) ? member.Phone : Safe(member.Phone)).Append(',');
        Cell(text, member.Country).Append(',');
        text.Append(member.Orders.ToString(CultureInfo.InvariantCulture)).Append(',');
        text.Append(member.AmountSpent).Append(',').Append(member.Currency).Append(',');
        text.Append(Instant(member.LastOrderAt)).Append(',').Append(Instant(member.Since)).Append(',');
        Cell(text, member.Why);
        await writer.WriteLineAsync(text).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await writer.DisposeAsync().ConfigureAwait(false);

    private static string Instant(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    private static bool IsPhone(string? text) => text is { Length: > 1 } && text[0] == '+' && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    private StringBuilder Cell(StringBuilder into, string? text) => into.Append(Safe(text));

    private string Safe(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        if (!raw && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r') text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }
}

/// <summary>One member as a list or a file shows them.</summary>
internal sealed record Member(
    string CustomerId, string? AccountId, string? FirstName, string? LastName, string? Email, string? Phone, string? Country, int Orders, string AmountSpent, string Currency,
    DateTimeOffset? LastOrderAt, DateTimeOffset? Since, string? Why);
