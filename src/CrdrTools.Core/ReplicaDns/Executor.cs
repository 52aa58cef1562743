using CrdrTools.Core.Routes.Rfc2136;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.ReplicaDns;

/// <summary>Takes what is to be published from the queue and publishes it: again and again until it stands there, and never an older decision over a newer one.</summary>
internal sealed class Executor(string pair, DnsType type, IReplicaDnsStore store, IDnsProvider dns, TimeSpan longestRetry, TimeProvider time, Action<CrdrReplicaDnsEvent> tell)
{
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(250);

    /// <summary>Publishes until nothing is left. Throws <see cref="OvertakenException"/> where somebody with another store decides too.</summary>
    /// <param name="holds">Called before each attempt: whether this process may still act. What it throws ends it.</param>
    /// <param name="ct">Ends it; what is left stays in the queue.</param>
    public async Task DrainAsync(Action holds, CancellationToken ct)
    {
        TimeSpan pause = s_firstRetry;
        while (Next() is { } work)
        {
            holds();
            try
            {
                await PublishAsync(work, ct).ConfigureAwait(false);
                pause = s_firstRetry;
                continue;
            }
            catch (CrdrException e) when (e is not OvertakenException)
            {
                Say(ReplicaDnsEventKind.PublishFailed, FindingSeverity.Warning, work, $"decision {work.Number} could not be published and is tried again in {pause.TotalSeconds:0.##} s: {e.Message}");
            }
            await time.Delay(pause, ct).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, longestRetry.Ticks));
        }
    }

    /// <summary>Whether what stands there is what was decided; where it is not, it is put into the queue again. Throws as <see cref="DrainAsync"/> does.</summary>
    public async Task<bool> CheckAsync(CancellationToken ct)
    {
        ReplicaDnsState state = store.Read();
        Publication stands = await dns.ReadAsync(ct).ConfigureAwait(false);
        if (stands.Number > store.Read().Number) throw new OvertakenException(pair, stands.Number, state.Number);
        if (stands.Is(Wanted(state.Number, state.Values))) return true;
        if (store.Read().Number == state.Number) store.Put(new() { Number = state.Number, Values = state.Values, Since = time.GetUtcNow() });
        return false;
    }

    /// <summary>What waits; or what was decided and, by a death between the two, never came into the queue.</summary>
    private ReplicaDnsWork? Next()
    {
        // The queue first: what was put into it was decided before. An older item was overtaken; a newer one is left from a state that was lost.
        ReplicaDnsWork? work = store.Work();
        ReplicaDnsState state = store.Read();
        if (work is not null && work.Number != state.Number)
        {
            store.Done(work.Number);
            work = null;
        }
        if (work is not null || state.Published >= state.Number) return work;
        work = new() { Number = state.Number, Values = state.Values, Since = time.GetUtcNow() };
        store.Put(work);
        return work;
    }

    private async Task PublishAsync(ReplicaDnsWork work, CancellationToken ct)
    {
        Publication wanted = Wanted(work.Number, work.Values), stands = await dns.ReadAsync(ct).ConfigureAwait(false);
        if (stands.Number > work.Number)
        {
            if (store.Read().Number >= stands.Number) return;
            throw new OvertakenException(pair, stands.Number, work.Number);
        }
        if (!stands.Is(wanted))
        {
            await dns.WriteAsync(stands.Number, wanted, ct).ConfigureAwait(false);
            stands = await dns.ReadAsync(ct).ConfigureAwait(false);
            // Somebody decided and published meanwhile.
            if (stands.Number > work.Number) return;
            if (!stands.Is(wanted))
                throw new CrdrException(CrdrErrorKind.InvalidState, "DnsNotApplied", $"The DNS server accepted the update, and the name leads to {stands.Value.Words}.", "Does a record of another type stand under the name?");
        }
        store.Change(s => s.Published < work.Number ? s with { Published = work.Number } : null);
        store.Done(work.Number);
        Say(ReplicaDnsEventKind.Published, FindingSeverity.Info, work, $"the name leads to {wanted.Value.Words} (decision {work.Number})");
    }

    private Publication Wanted(long number, IReadOnlyList<string> values) => new(number, values.Count == 0 ? new(type, [])
        : DnsValue.Read(type, string.Join(",", values)) ?? throw new CrdrException(CrdrErrorKind.InvalidState, "ReplicaDnsTypeChanged", $"Decision {number} is {string.Join(", ", values)}, and the description wants {type.ToString().ToUpperInvariant()} now."));

    private void Say(ReplicaDnsEventKind kind, FindingSeverity severity, ReplicaDnsWork work, string message) =>
        tell(new() { At = time.GetUtcNow(), Pair = pair, Kind = kind, Severity = severity, Message = message, Number = work.Number, Values = work.Values });
}

/// <summary>Somebody with another store decides where the name leads.</summary>
internal sealed class OvertakenException(string pair, long theirs, long ours) : CrdrException(CrdrErrorKind.InvalidState, "ReplicaDnsOvertaken",
    $"The read-only name of {pair} bears decision {theirs}, and the newest of this store is {ours}: somebody with another state folder decides too, or this one was lost.",
    $"Stop the other one. To go on from here, switch it on again, then watch it: Enable-CrdrReplicaDns {pair} (crdr replica-dns enable {pair}).");
