namespace Comeback.Stores.Shopify;

/// <summary>Shopify answered something that a call cannot go on from. The sentence names no secret and no person.</summary>
public class ShopifyException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The token is not accepted, twice: the app was removed or its grant has run out. The merchant has to open it again.</summary>
public sealed class ShopifyAccessLostException(string message, Exception? inner = null) : ShopifyException(message, inner);

/// <summary>Not now: the store, Shopify or the way to it does not answer. Trying later is right.</summary>
public sealed class ShopifyUnavailableException(string message, Exception? inner = null) : ShopifyException(message, inner);

/// <summary>A mutation was understood and refused.</summary>
public sealed class ShopifyRefusedException(string document, IReadOnlyList<UserProblem> problems)
    : ShopifyException($"Shopify refused {document}: {string.Join("; ", problems.Take(3).Select(p => p.Code ?? p.Message))}")
{
    public IReadOnlyList<UserProblem> Problems => problems;
}

/// <summary>One of a mutation's <c>userErrors</c>.</summary>
public sealed record UserProblem(IReadOnlyList<string>? Field, string Message, string? Code);
