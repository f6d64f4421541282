namespace Comeback.Hosting;

/// <summary>The groups that all routes hang from. Authorization, rate limit and validation are declared here, once.</summary>
/// <param name="Api">Under <c>/api</c>: an operator's or store's session is required.</param>
/// <param name="Store">Under <c>/api/stores/{store}</c>: the same, and the store is resolved and allowed.</param>
/// <param name="Hooks">Under <c>/hooks</c> and the event API: a signature or a key is required.</param>
/// <param name="Public">Clicks, opens, unsubscribing: a token in the path is all.</param>
internal sealed record Routes(RouteGroupBuilder Api, RouteGroupBuilder Store, RouteGroupBuilder Hooks, RouteGroupBuilder Public);
