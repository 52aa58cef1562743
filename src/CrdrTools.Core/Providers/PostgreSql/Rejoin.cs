using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>
/// A server that was left becomes a standby of the one that writes: as it is, where its log provably ends before the other one's timeline began; rewound,
/// where it does not; copied anew, where that is not safe. What only it holds is kept aside first.
/// </summary>
internal sealed class Rejoin(PostgresSession session, CrdrPair pair, Side side) : Step
{
    private static readonly TimeSpan s_stop = TimeSpan.FromSeconds(30);

    private PostgresMember It => session[side];
    private PostgresMember Writer => session[side.Other()];

    public override string Id => side == Side.Primary ? "rejoin-primary" : "rejoin-recovery";
    public override string Effect => $"Make {It.Name} a standby of {pair[side.Other()].Name}: as it is, rewound, or copied anew, as its log allows";
    public override TimeSpan Limit => TimeSpan.FromHours(24);
    public override bool Repeatable => true;
    public override IReadOnlyList<Side> Touches { get; } = [side];
    public override IReadOnlyList<Guard> Guards { get; } = [new OtherSideServes(side), new NoLaterWrites(side)];
    public override bool Honours(CrdrObligation obligation) => MemberFence.SideOf(obligation) == side;

    public override IReadOnlyList<string> Manual =>
    [
        $"pg_rewind --target-pgdata={It.Settings.DataDirectory ?? "DATADIR"} --source-server=\"{Writer.Settings.Source}\"    # on {It.Name}, stopped; only where its log goes beyond the fork",
        $"touch {It.Settings.DataDirectory ?? "DATADIR"}/standby.signal    # and in postgresql.auto.conf there: primary_conninfo = '{Writer.Settings.Conninfo}', primary_slot_name = '{Writer.Settings.SlotForPeer}'",
        $"pg_ctl -D {It.Settings.DataDirectory ?? "DATADIR"} start    # on {It.Name}, never before the lines above",
    ];

    public override Verdict Judge(CrdrStatus now, bool asked = false)
    {
        CrdrMemberStatus it = now[side], writer = now[side.Other()];
        if (now.ActiveMember != side.Other()) return new(now.ActiveMember == side ? StepState.NotBegun : StepState.Unclear, $"{writer.Name} is not seen taking writes");
        if (it.Role == MemberRole.Passive && it is { Reachable: true, Health: MemberHealth.Healthy } && it.Native.Get("timeline") == writer.Native.Get("timeline")) return new(StepState.Done, $"{it.Name} streams from {writer.Name} on timeline {it.Native.Get("timeline")}");
        // One that runs as a standby and receives nothing may only need a moment: it has just been started.
        if (asked && it is { Role: MemberRole.Passive, Reachable: true }) return new(StepState.Underway, $"{it.Name} is a standby and connects ({it.NativeState})");
        if (asked && it.Health == MemberHealth.Unknown) return new(StepState.Underway, $"{it.Name} is starting");
        return new(StepState.NotBegun, $"{it.Name} is {it.NativeState ?? "not seen"}");
    }

    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        ulong system = ulong.Parse(now[side.Other()].Native.Get("systemIdentifier")!, System.Globalization.CultureInfo.InvariantCulture);
        CancellationToken none = CancellationToken.None;
        await Writer.Link.LockAsync(system, none).ConfigureAwait(false);
        await Writer.Link.EnsureSlotAsync(Writer.Settings.SlotForPeer, none).ConfigureAwait(false);
        NodeState seen = await It.Node.LookAsync(none).ConfigureAwait(false);
        if (seen.Running != false)
        {
            await It.Node.StopAsync(StopMode.Fast, s_stop, none).ConfigureAwait(false);
            seen = await It.Node.LookAsync(none).ConfigureAwait(false);
        }
        string how = await MendAsync(seen).ConfigureAwait(false);
        await It.Node.FollowAsync(Writer.Settings.Conninfo, Writer.Settings.SlotForPeer, none).ConfigureAwait(false);
        await It.Node.StartAsync(none).ConfigureAwait(false);
        return how;
    }

    /// <summary>Brings its data to where it can follow. Gives what was done.</summary>
    private async Task<string> MendAsync(NodeState seen)
    {
        CancellationToken none = CancellationToken.None;
        if (seen.Control is not { } control || seen.Unfinished is not null) return await CopyAsync(seen.Unfinished ?? "there was no data").ConfigureAwait(false);
        uint timeline = uint.Parse((await Writer.Link.AskAsync("SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int::text").ConfigureAwait(false))!, System.Globalization.CultureInfo.InvariantCulture);
        NpgsqlLogSequenceNumber? fork = control.Timeline == timeline ? null : await Writer.Link.ForkAsync(timeline, control.Timeline, none).ConfigureAwait(false);
        bool wasStandby = control.State is "shut down in recovery" or "in archive recovery" || seen.StartsAsStandby == true;
        if (control.Timeline == timeline && wasStandby) return "it was a standby of the same timeline";
        // Two that were promoted to the same timeline look alike to pg_rewind, and are not (safety rule S22).
        if (control.Timeline == timeline) return await CopyAsync($"it was promoted to timeline {timeline} too").ConfigureAwait(false);
        if (fork is not { } at) return await CopyAsync($"{Writer.Name} never came from its timeline {control.Timeline}").ConfigureAwait(false);
        if (control.ShutDownAsPrimary && control.Checkpoint < at) return $"its last record {control.Checkpoint} is before {at}, where {Writer.Name} went on";
        if (wasStandby && control.State == "shut down in recovery" && control.MinimumRecoveryEnd <= at) return $"it was a standby, at {control.MinimumRecoveryEnd}, before {at}";
        string kept = await It.Node.KeepWalAsync(at, control.Timeline, none).ConfigureAwait(false);
        session.Tell($"What {It.Name} wrote after {at}, which {Writer.Name} never got, is kept in {kept}.");
        // Until its next checkpoint a server that was just promoted says that it is still on the old timeline, and pg_rewind believes it.
        await Writer.Link.CheckpointAsync(none).ConfigureAwait(false);
        try
        {
            bool needed = await It.Node.RewindAsync(Writer.Settings.Source, It.Password, session.Trace, none).ConfigureAwait(false);
            return $"{(needed ? "rewound" : "no rewind was required")} to {at}; its own log is kept in {kept}";
        }
        catch (CrdrException e) when (e.ErrorId is not ("NodeNeedsHands" or "ProgramMissing"))
        {
            session.Tell($"{e.Message} {It.Name} is copied anew.");
            return $"{await CopyAsync("it could not be rewound").ConfigureAwait(false)}; its own log is kept in {kept}";
        }
    }

    private async Task<string> CopyAsync(string why)
    {
        string? old = await It.Node.BaseBackupAsync(Writer.Settings.Conninfo, It.Password, Writer.Settings.SlotForPeer, session.Trace, CancellationToken.None).ConfigureAwait(false);
        return $"copied anew ({why}){(old is null ? "" : $"; its data before is kept in {old}")}";
    }
}

/// <summary>Proof that the log goes on past the promotion: a row written on one side is read on the other (safety rule S21).</summary>
internal sealed class ReadMarker(PostgresSession session, CrdrPair pair, Side side) : Step
{
    private static readonly TimeSpan s_read = TimeSpan.FromSeconds(60);

    public override string Id => side == Side.Primary ? "read-on-primary" : "read-on-recovery";
    public override string Effect => $"Write a row on {pair[side.Other()].Name} and read it on {pair[side].Name}";
    public override bool Anchor => false;
    public override bool Perishable => true;
    public override bool Repeatable => true;
    public override bool Changes => false;
    public override bool Follows => true;
    public override TimeSpan Limit => TimeSpan.FromMinutes(10);

    public override Verdict Judge(CrdrStatus now, bool asked = false) =>
        asked ? new(StepState.Done, $"a row written on {now[side.Other()].Name} was read on {now[side].Name}") : new(StepState.NotBegun, $"{now[side].Name}: {now[side].NativeState}");

    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        string id = Guid.NewGuid().ToString("N");
        await session[side.Other()].Link.MarkAsync(id, CancellationToken.None).ConfigureAwait(false);
        DateTime began = DateTime.UtcNow;
        while (!await session[side].Link.MarkedAsync(id, CancellationToken.None).ConfigureAwait(false))
        {
            if (DateTime.UtcNow - began > s_read)
                throw new VendorException(CrdrErrorKind.Timeout, "MarkerNotRead", $"A row written on {now[side.Other()].Name} was not read on {now[side].Name} within {s_read.TotalSeconds:0} s: it says that it streams, and does not follow.", VendorVerdict.NotDone);
            await Task.Delay(5).ConfigureAwait(false);
        }
        return $"marker {id}";
    }
}
