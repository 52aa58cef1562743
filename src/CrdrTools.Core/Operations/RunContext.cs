using CrdrTools.Core.Routes;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Operations;

/// <summary>What one operation works with.</summary>
internal sealed record RunContext
{
    /// <summary>How many of the newest journals are searched for the last promotion.</summary>
    private const int Recent = 10;

    public required CrdrPair Pair { get; init; }
    public required CrdrRequest Request { get; init; }
    public required IPairSession Session { get; init; }
    public required IReadOnlyList<IRoute> Routes { get; init; }
    public required Observer Observer { get; init; }
    public required IStateStore Store { get; init; }
    public required IOperationHost Host { get; init; }
    public required TimeProvider Time { get; init; }
    public required string OperationId { get; init; }
    public required JournalShelf Shelf { get; init; }

    /// <summary>Why a decision that a watcher made does not hold any more, after what is seen now.</summary>
    public Func<CrdrStatus, string?>? Objection { get; init; }

    /// <summary>Set once it is known where the pair stood when the operation began.</summary>
    public Plan Plan { get; init; } = null!;

    public GuardFacts Facts(CrdrStatus now)
    {
        List<JournalText> journals = [.. Store.Journals(Pair.Name).Where(j => Path.GetFileNameWithoutExtension(j) != OperationId).Take(Recent).Select(Shelf.Read)];
        return new()
        {
            Pair = Pair, Request = Request, Now = now, Clock = Time.GetUtcNow(), Samples = Store.Samples(Pair.Name), Outage = Store.Outage(Pair.Name),
            LastPromotion = OperationRecord.LastPromotion(journals), FencedMoves = OperationRecord.FencedMoves(journals),
            Unattended = Host.Unattended, LeaseAcrossHosts = Store.SharedAcrossHosts, LeaseScope = Store.LeaseScope,
        };
    }

    public void Tell(Step step, int index, TimeSpan waited, Verdict verdict) => Host.OnProgress(new CrdrProgress
    {
        Operation = OperationId, Pair = Pair.Name, Verb = Request.Verb, Step = index + 1, Steps = Plan.Steps.Count, Effect = step.Effect,
        Detail = verdict.Why, Progress = verdict.Progress, Waited = waited,
    });
}
