using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Hosting;

/// <summary>Everything under <c>/api/stores/{store}</c>: a store that is not there is answered 404 before any handler runs.</summary>
internal sealed class KnownStore(Databases databases, IEnumerable<IStoreSessions> sessions) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!StoreId.TryParse(http.GetRouteValue("store") as string, null, out var store)) return NotThere();
        var own = StoreSession.Of(http);
        if (own is not null && own != store) return NotThere();
        await using (var db = databases.OpenSystem())
        {
            var known = await db.Stores.Where(s => s.Id == store).Select(s => new { s.Platform }).SingleOrDefaultAsync(http.RequestAborted).ConfigureAwait(false);
            if (known is null) return NotThere();
            // A merchant's store in a public app is not the operator's to look into.
            if (own is null && http.User.FindFirst("mode")?.Value != "local")
            {
                foreach (var platform in sessions.Where(s => s.OnlySessions(known.Platform)))
                {
                    platform.Challenge(http);
                    return TypedResults.Unauthorized();
                }
            }
        }
        return await next(context).ConfigureAwait(false);
    }

    private static IResult NotThere() => TypedResults.Problem("There is no such store.", statusCode: StatusCodes.Status404NotFound);
}
