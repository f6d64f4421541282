using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Hosting;

/// <summary>Everything under <c>/api/stores/{store}</c>: a store that is not there is answered 404 before any handler runs.</summary>
internal sealed class KnownStore(Databases databases) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!StoreId.TryParse(http.GetRouteValue("store") as string, null, out var store)) return NotThere();
        await using (var db = databases.OpenSystem())
        {
            if (!await db.Stores.AnyAsync(s => s.Id == store, http.RequestAborted).ConfigureAwait(false)) return NotThere();
        }
        return await next(context).ConfigureAwait(false);
    }

    private static IResult NotThere() => TypedResults.Problem("There is no such store.", statusCode: StatusCodes.Status404NotFound);
}
