using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers.PostgreSql.Nodes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>Of two servers that both take writes the one that is not kept is stopped by its own machine, and seen stopped: that ends the split, and is the fence (safety rule S9).</summary>
internal sealed class EndLoser(PostgresSession session, CrdrPair pair, Side keep) : Step
{
    /// <summary>What a server that is no standby says of itself.</summary>
    public const string Writes = "in production";

    private readonly Side _side = keep.Other();

    private PostgresMember It => session[_side];

    public override string Id => _side == Side.Primary ? "end-primary" : "end-recovery";
    public override string Effect => $"Stop {It.Name}, whose own writes are not kept, and see it stopped: only {pair[keep].Name} takes writes then";
    public override TimeSpan Limit => TimeSpan.FromMinutes(5);
    public override bool PointOfNoReturn => true;
    public override bool Repeatable => true;
    public override bool Quick => true;

    /// <summary>Clients are led to the one that is kept before anybody is left waiting.</summary>
    public override bool BehindFence => true;
    public override string NeededBy => "S9: it is the fence";
    public override IReadOnlyList<Side> Touches { get; } = [keep.Other()];
    public override IReadOnlyList<Guard> Guards { get; } = [new NodesAreMembers(), new KeptServes(keep), new LoserInReach(keep.Other()), new NoLaterWrites(keep.Other())];
    public override bool Honours(CrdrObligation obligation) => MemberFence.SideOf(obligation) == _side;
    public override IReadOnlyList<string> Manual => [$"pg_ctl -D {It.Settings.DataDirectory ?? "DATADIR"} stop -m fast    # on {It.Name}"];

    public override Verdict Judge(CrdrStatus now, bool asked = false)
    {
        CrdrMemberStatus it = now[_side];
        if (it.Native.Get("stopped") == "true") return new(StepState.Done, $"{it.Name} does not run, by its own machine");
        if (it is { Role: MemberRole.Passive, Reachable: true }) return new(StepState.Done, $"{it.Name} is a standby");
        return it.NativeState == Writes ? new(StepState.NotBegun, $"{it.Name} takes writes, on timeline {it.Native.Get("timeline")}") : new(StepState.Unclear, $"{it.Name} is {it.NativeState ?? "not seen"}");
    }

    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        ulong system = ulong.Parse(now[keep].Native.Get("systemIdentifier")!, System.Globalization.CultureInfo.InvariantCulture);
        await session[keep].Link.LockAsync(system, CancellationToken.None).ConfigureAwait(false);
        await Rejoin.LookAsync(It).ConfigureAwait(false);
        // The other one would never be stopped for this one: it writes at this very moment.
        await session[keep].Link.ProbeWriteAsync(Id, CancellationToken.None).ConfigureAwait(false);
        await Rejoin.StopAsync(session, It).ConfigureAwait(false);
        NodeState seen = await Rejoin.LookAsync(It).ConfigureAwait(false);
        return seen.Running == false ? $"{It.Name} stopped on timeline {now[_side].Native.Get("timeline")}, {pair[keep].Name} took a write right before"
            : throw new VendorException(CrdrErrorKind.Timeout, "StopNotSeen", $"{It.Name} was told to stop, and its machine does not say that it has.", VendorVerdict.Unknown);
    }
}

/// <summary>
/// The one that was not kept becomes a standby of the other, as one that rejoins does; but what only it holds is somebody's acknowledged writes: its log from where the two parted is kept
/// aside and listed whichever way it is rebuilt (safety rule S12).
/// </summary>
internal sealed class CopyLoser(PostgresSession session, CrdrPair pair, Side side) : Rejoin(session, pair, side)
{
    private readonly PostgresSession _session = session;
    private readonly Side _side = side;

    public override string Id => _side == Side.Primary ? "copy-to-primary" : "copy-to-recovery";
    public override string Effect => $"Keep the log that only {It.Name} has aside and list it, and make {It.Name} a standby of {Writer.Name}: rewound, or copied anew";
    public override bool PointOfNoReturn => true;
    public override IReadOnlyList<Guard> Guards { get; } = [new NodesAreMembers(), new KeptServes(side.Other())];

    public override Verdict Judge(CrdrStatus now, bool asked = false)
    {
        CrdrMemberStatus it = now[_side], writer = now[_side.Other()];
        // Of one that does not run and was promoted later, nobody can tell who is to write; here somebody has.
        return now.ActiveMember is null && writer.NativeState == EndLoser.Writes && it.Native.Get("stopped") == "true"
            ? new(StepState.NotBegun, $"{it.Name} is {it.NativeState}")
            : base.Judge(now, asked);
    }

    protected override async Task<string> KeepFirstAsync()
    {
        uint timeline = uint.Parse((await Writer.Link.AskAsync("SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int::text").ConfigureAwait(false))!, System.Globalization.CultureInfo.InvariantCulture);
        string? history = timeline == 1 ? null : await Writer.Link.AskAsync($"SELECT pg_read_file('pg_wal/{timeline:X8}.history', 0, 1000000, true)").ConfigureAwait(false);
        (uint Timeline, string Text)? own;
        uint first;
        try
        {
            own = await It.Node.HistoryAsync(CancellationToken.None).ConfigureAwait(false);
            first = (await It.Node.ControlAsync(CancellationToken.None).ConfigureAwait(false)).NewestTimeline;
        }
        catch (CrdrException e)
        {
            _session.Tell($"{It.Name}: {e.Message} Its data is kept whole.");
            return "";
        }
        List<string> kept = [];
        foreach (LogRange range in Timelines.Apart(Timelines.Of(own?.Timeline ?? first, own?.Text), Timelines.Of(timeline, history)))
        {
            string folder = await It.Node.KeepWalAsync(range.From, range.Timeline, CancellationToken.None).ConfigureAwait(false);
            _session.Tell($"What {It.Name} wrote after {range.From} on timeline {range.Timeline}, which {Writer.Name} never got, is kept in {folder}.");
            kept.Add(folder);
        }
        return kept.Count == 0 ? "" : $"; its own log is kept in {string.Join(" and ", kept)}";
    }
}

/// <summary>S8: what is kept takes writes, and is seen to.</summary>
internal sealed class KeptServes(Side keep) : Guard
{
    public override string Name => "NotTheOnlyCopy";

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus kept = facts.Now[keep];
        return kept is { Reachable: true, NativeState: EndLoser.Writes } ? GuardFinding.Clear($"{kept.Name} takes writes, on timeline {kept.Native.Get("timeline")}")
            : GuardFinding.Stop($"{kept.Name} is to be kept, and is not seen taking writes ({kept.Role}, {kept.NativeState ?? "not seen"}): {facts.Now[keep.Other()].Name} may be the only copy");
    }
}

/// <summary>S9: the one that is not kept is stopped by its own machine; nothing less proves that it takes no writes.</summary>
internal sealed class LoserInReach(Side side) : Guard
{
    public override string Name => nameof(LoserInReach);

    public override GuardFinding Judge(GuardFacts facts) =>
        (facts.Pair.Settings.Get($"{MemberSettings.Prefix(side)}Node") ?? "none") == "none"
            ? GuardFinding.Stop($"{facts.Now[side].Name} must be stopped and rebuilt, and its machine is not reached from here: give the pair '{MemberSettings.Prefix(side)}Node', or stop it there by hand and keep it from starting")
            : GuardFinding.Clear($"the machine of {facts.Now[side].Name} is reached");
}
