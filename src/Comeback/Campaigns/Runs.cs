using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Campaigns;

/// <summary>Starts, moves and stops runs of one campaign inside a transaction. A run has at most one due row: its next step.</summary>
internal sealed class Runs(StoreTransaction t, CampaignRow campaign, CampaignRules rules, DateTimeOffset now)
{
    public const string StepKind = "step";
    private List<CampaignStepRow>? steps;

    /// <summary>One run for one cause; a second call for the same cause changes nothing. True when it was started.</summary>
    public async Task<bool> StartAsync(CustomerId customer, string occurrence, DateTimeOffset at, CancellationToken ct)
    {
        if (await t.Db.Runs.AnyAsync(r => r.CampaignId == campaign.Id && r.CustomerId == customer && r.Occurrence == occurrence, ct).ConfigureAwait(false)) return false;
        var first = await StepAsync(0, ct).ConfigureAwait(false);
        if (first is null) return false;
        var id = await t.TakeIdsAsync(2).ConfigureAwait(false);
        t.Db.Runs.Add(new RunRow
        {
            StoreId = t.Store,
            Id = id,
            CampaignId = campaign.Id,
            CustomerId = customer,
            Occurrence = occurrence,
            StartedAt = at,
            State = RunState.Waiting,
            Holdout = InHoldout(customer),
        });
        t.Db.Due.Add(new DueRow { StoreId = t.Store, Id = id + 1, Kind = StepKind, DueAt = at.AddSeconds(first.DelaySeconds), SubjectId = id, CustomerId = customer });
        return true;
    }

    /// <summary>The first touch starts a run, later ones move what waits: reminders count from the last touch, and one run in seven days is all.</summary>
    public async Task CartTouchedAsync(CustomerId customer, CartId cart, DateTimeOffset touchedAt, CancellationToken ct)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"cart:{cart.Value}:");
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        var runs = await t.Db.Runs.AsNoTracking().Where(r => r.CampaignId == campaign.Id && r.CustomerId == customer).OrderByDescending(r => r.StartedAt).Take(50).ToListAsync(ct).ConfigureAwait(false);
        var own = runs.Where(r => r.Occurrence.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        if (own.Find(r => r.State == RunState.Waiting) is { } waiting)
        {
            var step = await StepAsync(waiting.NextStep, ct).ConfigureAwait(false);
            var due = await t.Db.Due.AsTracking().SingleOrDefaultAsync(d => d.Kind == StepKind && d.SubjectId == waiting.Id, ct).ConfigureAwait(false);
            if (step is not null && due is not null) due.DueAt = touchedAt.AddSeconds(step.DelaySeconds);
            return;
        }
        if (runs.Exists(r => touchedAt - r.StartedAt < TimeSpan.FromDays(7))) return;
        await StartAsync(customer, prefix + own.Count.ToString(CultureInfo.InvariantCulture), touchedAt, ct).ConfigureAwait(false);
    }

    public Task StopCartAsync(CustomerId customer, CartId cart, string why, CancellationToken ct)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"cart:{cart.Value}:");
        return StopAsync(r => r.CustomerId == customer && r.Occurrence.StartsWith(prefix), why, ct);
    }

    public Task StopAsync(CustomerId customer, string occurrence, string why, CancellationToken ct) => StopAsync(r => r.CustomerId == customer && r.Occurrence == occurrence, why, ct);

    private async Task StopAsync(System.Linq.Expressions.Expression<Func<RunRow, bool>> which, string why, CancellationToken ct)
    {
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        var runs = await t.Db.Runs.AsTracking().Where(r => r.CampaignId == campaign.Id && r.State == RunState.Waiting).Where(which).ToListAsync(ct).ConfigureAwait(false);
        foreach (var run in runs)
        {
            (run.State, run.Why) = (RunState.Stopped, why);
            t.Db.Due.RemoveRange(await t.Db.Due.AsTracking().Where(d => d.Kind == StepKind && d.SubjectId == run.Id).ToListAsync(ct).ConfigureAwait(false));
            t.Db.Skips.Add(new SkipRow
            {
                StoreId = t.Store,
                Id = await t.TakeIdsAsync(1).ConfigureAwait(false),
                CampaignId = campaign.Id,
                Step = run.NextStep,
                CustomerId = run.CustomerId,
                Occurrence = run.Occurrence,
                Reason = (rules.Subject == Subject.Cart ? SkipReason.OrderPlaced : SkipReason.RuleNoLongerHolds).ToString(),
                Detail = why,
                At = now,
            });
        }
    }

    private async Task<CampaignStepRow?> StepAsync(int step, CancellationToken ct)
    {
        steps ??= await t.Db.CampaignSteps.AsNoTracking().Where(s => s.CampaignId == campaign.Id).OrderBy(s => s.Step).ToListAsync(ct).ConfigureAwait(false);
        return steps.Find(s => s.Step == step);
    }

    // The same person always falls on the same side of one campaign, on every machine: a hash of both ids, no dice.
    private bool InHoldout(CustomerId customer)
    {
        if (rules.HoldoutPercent <= 0) return false;
        var mix = (ulong)customer.Value * 0x9E3779B97F4A7C15UL ^ (ulong)campaign.Id.Value * 0xC2B2AE3D27D4EB4FUL;
        mix ^= mix >> 29;
        mix *= 0xBF58476D1CE4E5B9UL;
        mix ^= mix >> 32;
        return (int)(mix % 100) < rules.HoldoutPercent;
    }
}
