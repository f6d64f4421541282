namespace Comeback.Privacy;

/// <summary>Statements of erasure. They touch no row by condition.</summary>
internal static class PrivacySql
{
    /// <summary>PostgreSQL: rows that were deleted or rewritten leave their pages.</summary>
    public const string Vacuum = "VACUUM customers, identities, merges, consents, events, orders, refunds, carts, messages, links, inbox, skips";
}
