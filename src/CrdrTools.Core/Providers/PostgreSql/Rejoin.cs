using System.Diagnostics;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>
/// A server that was left becomes a standby of the one that writes: as it is, where its log provably ends before the other one's timeline began; rewound,
/// where it does not; copied anew, where that is not safe. What only it holds is kept aside first.
/// </summary>
internal class Rejoin(PostgresSession session, CrdrPair pair, Side side, bool handedOver = false, bool afterMove = false) : Step
{
    private static readonly TimeSpan s_stop = TimeSpan.FromSeconds(30);

    protected PostgresMember It => session[side];
    protected PostgresMember Writer => session[side.Other()];

    public override string Id => side == Side.Primary ? "rejoin-primary" : "rejoin-recovery";
    public override string Effect => $"Make {It.Name} a standby of {pair[side.Other()].Name}: as it is, rewound, or copied anew, as its log allows";
    public override TimeSpan Limit => TimeSpan.FromHours(24);
    public override bool Repeatable => true;
    public override bool Quick => true;

    /// <summary>Once the writes have moved, a standby can be had later.</summary>
    public override string? NeededBy => handedOver ? "S6: the doors that the move closed are opened with it" : afterMove ? null : base.NeededBy;

    public override IReadOnlyList<Side> Touches { get; } = [side];
    public override IReadOnlyList<Guard> Guards { get; } = [new NodesAreMembers(), new OtherSideServes(side), new NoLaterWrites(side, handedOver)];
    public override bool Honours(CrdrObligation obligation) => MemberFence.SideOf(obligation) == side;

    public override IReadOnlyList<string> Manual =>
    [
        $"{It.Settings.Program("pg_rewind")} --target-pgdata={It.Settings.Data} --source-server=\"{Writer.Settings.Source}\"    # on {It.Name}, stopped; only where its log goes beyond the fork",
        $"touch {It.Settings.Data}/standby.signal    # and in postgresql.auto.conf there: primary_conninfo = '{Writer.Settings.Conninfo}', primary_slot_name = '{Writer.Settings.SlotForPeer}'",
        $"{It.Settings.Program("pg_ctl")} -D {It.Settings.Data} start    # on {It.Name}, never before the lines above",
    ];

    public override Verdict Judge(CrdrStatus now, bool asked = false)
    {
        CrdrMemberStatus it = now[side], writer = now[side.Other()];
        if (now.ActiveMember != side.Other())
        {
            // One that waits for a writer that is gone waits for nothing: what can be done now is asked again, and refused with its reason.
            bool gone = writer.Health == MemberHealth.Down || (asked && it is { Reachable: true } && it.Native.Get("receiver") != "streaming");
            return new(now.ActiveMember == side || gone ? StepState.NotBegun : StepState.Unclear, $"{writer.Name} is not seen taking writes");
        }
        if (it.Role == MemberRole.Passive && it is { Reachable: true, Health: MemberHealth.Healthy } && it.Native.Get("timeline") == writer.Native.Get("timeline")) return new(StepState.Done, $"{it.Name} streams from {writer.Name} on timeline {it.Native.Get("timeline")}");
        if (it.Native.Get("logGone") is { } lacks) return new(StepState.NotBegun, $"{it.Name} asks for the log from {lacks} on, and {writer.Name} has it no more");
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
        NodeState seen = await LookAsync(It).ConfigureAwait(false);
        // From here on the writer lets go of no log that it has now and that can be needed, whatever checkpoint comes.
        bool reserved = await Writer.Link.ReserveSlotAsync(Writer.Settings.SlotForPeer, none).ConfigureAwait(false);
        try
        {
            if (seen.Running != false)
            {
                await StopAsync(session, It).ConfigureAwait(false);
                seen = await It.Node.LookAsync(none).ConfigureAwait(false);
            }
            Stopwatch took = Stopwatch.StartNew();
            string how = await MendAsync(seen).ConfigureAwait(false);
            TimeSpan mended = took.Elapsed;
            await It.Node.FollowAsync(Writer.Settings.Conninfo, Writer.Settings.SlotForPeer, none).ConfigureAwait(false);
            if (handedOver) await OpenDoorsAsync().ConfigureAwait(false);
            await It.Node.StartAsync(none).ConfigureAwait(false);
            return $"{how}; that took {mended.TotalMilliseconds:0} ms, its start {(took.Elapsed - mended).TotalMilliseconds:0} ms";
        }
        catch (CrdrException e) when (e.ErrorId != "NodeNeedsHands")
        {
            if (reserved) await ReleaseAsync().ConfigureAwait(false);
            throw new HalfDoneException(e);
        }
    }

    /// <summary>What was kept for one that is not coming now fills the disk of the only writer.</summary>
    private async Task ReleaseAsync()
    {
        try
        {
            await Writer.Link.FreeSlotAsync(Writer.Settings.SlotForPeer, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CrdrException e)
        {
            session.Tell($"The slot {Writer.Settings.SlotForPeer} on {Writer.Name} may keep log for nobody: {e.Message}");
        }
    }

    /// <summary>Cleanly, so that its log may end before the fork; where that takes too long, at once: what it holds is compared in any case.</summary>
    internal static async Task StopAsync(PostgresSession session, PostgresMember it)
    {
        try
        {
            await it.Node.StopAsync(StopMode.Fast, s_stop, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CrdrException e) when (e.ErrorId == "NodeStopTimeout")
        {
            session.Tell($"{e.Message} It is ended at once.");
            await it.Node.StopAsync(StopMode.Immediate, s_stop, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>With nothing of it to be seen over SQL, a wrong data directory would be told nowhere else: the only writer is never stopped for it.</summary>
    internal static async Task<NodeState> LookAsync(PostgresMember it)
    {
        NodeState seen = await it.Node.LookAsync(CancellationToken.None).ConfigureAwait(false);
        return seen is { Running: true, Port: { } port } && port != it.Settings.Connection.Port
            ? throw new CrdrException(CrdrErrorKind.Refused, "NodeIsAnothers", $"{it.Name} is on port {it.Settings.Connection.Port}, and the server that runs in {it.Settings.DataDirectory} on port {port}.")
            : seen;
    }

    /// <summary>Those that a handover closed: it is a standby now. A node that could not close them has none to open.</summary>
    private async Task OpenDoorsAsync()
    {
        try
        {
            await It.Node.OpenDoorsAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (CrdrException e) when (e.ErrorId is "NodeNeedsHands" or "NodeCommandMissing")
        {
            session.Tell($"{It.Name}: {e.Message}");
        }
    }

    /// <summary>Brings its data to where it can follow. Gives what was done.</summary>
    private async Task<string> MendAsync(NodeState seen)
    {
        CancellationToken none = CancellationToken.None;
        if (seen.Control is not { } control || seen.Unfinished is not null) return await CopyAsync(seen.Unfinished ?? "there was no data").ConfigureAwait(false);
        uint timeline = uint.Parse((await Writer.Link.AskAsync("SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int::text").ConfigureAwait(false))!, System.Globalization.CultureInfo.InvariantCulture);
        NpgsqlLogSequenceNumber? fork = control.Timeline == timeline ? null : await Writer.Link.ForkAsync(timeline, control.Timeline, none).ConfigureAwait(false);
        bool wasStandby = control.State is "shut down in recovery" or "in archive recovery" || seen.StartsAsStandby == true;
        // One that ended as a primary on this timeline was promoted to it, whatever it is set to start as now; only a copy that was never started says the same.
        bool follows = control.State is "shut down in recovery" or "in archive recovery" || (seen.StartsAsStandby == true && seen.Copied);
        // Two that were promoted to the same timeline look alike to pg_rewind, and are not (safety rule S22).
        if (control.Timeline == timeline && !follows) return await CopyAsync($"it was promoted to timeline {timeline} too").ConfigureAwait(false);
        if (control.Timeline == timeline) return await WholeAsync("it was a standby of the same timeline", control, null, timeline).ConfigureAwait(false);
        if (fork is not { } at) return await CopyAsync($"{Writer.Name} never came from its timeline {control.Timeline}").ConfigureAwait(false);
        if (control.ShutDownAsPrimary && control.Checkpoint < at) return await WholeAsync($"its last record {control.Checkpoint} is before {at}, where {Writer.Name} went on", control, at, timeline).ConfigureAwait(false);
        if (wasStandby && control.State == "shut down in recovery" && control.MinimumRecoveryEnd <= at) return await WholeAsync($"it was a standby, at {control.MinimumRecoveryEnd}, before {at}", control, at, timeline).ConfigureAwait(false);
        // One that was ended without a last record, as after a handover: nothing in it goes on past the fork, so that it can follow as it is (safety rule S21).
        if (!control.ShutDownAsPrimary && !wasStandby && await It.Node.HasLogAfterAsync(at, control.Timeline, none).ConfigureAwait(false) == false)
            return await WholeAsync($"its log ends before {at}, where {Writer.Name} went on", control, at, timeline).ConfigureAwait(false);
        // Until its next checkpoint a server that was just promoted says that it is still on the old timeline, and pg_rewind believes it.
        Task checkpoint = Writer.Link.CheckpointAsync(none);
        string kept;
        try
        {
            kept = await It.Node.KeepWalAsync(at, control.Timeline, none).ConfigureAwait(false);
        }
        finally
        {
            await checkpoint.ConfigureAwait(false);
        }
        session.Tell($"What {It.Name} wrote after {at}, which {Writer.Name} never got, is kept in {kept}.");
        return $"{await RewindAsync(control, at, timeline).ConfigureAwait(false)}; its own log is kept in {kept}";
    }

    private async Task<string> RewindAsync(ControlFile before, NpgsqlLogSequenceNumber fork, uint timeline)
    {
        bool needed;
        NpgsqlLogSequenceNumber? from = null;
        try
        {
            needed = await It.Node.RewindAsync(Writer.Settings.Source, It.Password, Heard, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CrdrException e) when (e.ErrorId is not ("NodeNeedsHands" or "ProgramMissing"))
        {
            session.Tell($"{e.Message} {It.Name} is copied anew.");
            return await CopyAsync("it could not be rewound").ConfigureAwait(false);
        }
        return await WholeAsync($"{(needed ? "rewound" : "no rewind was required")} to {fork}", before, fork, timeline, from).ConfigureAwait(false);

        void Heard(string line)
        {
            // It replays from the last checkpoint that both have, which is before the fork.
            System.Text.RegularExpressions.Match said = System.Text.RegularExpressions.Regex.Match(line, "last common checkpoint at ([0-9A-F]+/[0-9A-F]+)");
            if (said.Success) from = NpgsqlLogSequenceNumber.Parse(said.Groups[1].Value);
            session.Trace(line);
        }
    }

    /// <summary>
    /// Whether all that it is going to replay is in its own log or in the writer's, asked when nothing brings or takes any more: what is in neither it would wait for without an end.
    /// Where its own cannot be told, the writer must have all from <paramref name="from"/> on.
    /// </summary>
    private async Task<string> WholeAsync(string how, ControlFile before, NpgsqlLogSequenceNumber? fork, uint timeline, NpgsqlLogSequenceNumber? from = null)
    {
        if (await Writer.Link.OldestLogAsync(CancellationToken.None).ConfigureAwait(false) is not { } oldest || before.SegmentSize == 0) return how;
        OwnLog? own = await It.Node.OwnLogAsync(CancellationToken.None).ConfigureAwait(false) ?? (from is { } start ? new(start, []) : null);
        return own?.Lacks(before.SegmentSize, before.Timeline, fork, timeline, oldest) is { } lacks
            ? $"{how}, and then {await CopyAsync($"{Writer.Name} has its log from {lacks} on no more, and {It.Name} is not seen to have it").ConfigureAwait(false)}" : how;
    }

    /// <summary>What is done about its own log before its data is set aside whole: nothing, for it is kept with that.</summary>
    protected virtual Task<string> KeepFirstAsync() => Task.FromResult("");

    private async Task<string> CopyAsync(string why)
    {
        string kept = await KeepFirstAsync().ConfigureAwait(false);
        string? old = await It.Node.BaseBackupAsync(Writer.Settings.Conninfo, It.Password, Writer.Settings.SlotForPeer, session.Trace, CancellationToken.None).ConfigureAwait(false);
        return $"copied anew ({why}){(old is null ? "" : $"; its data before is kept in {old}")}{kept}";
    }
}

/// <summary>Proof that the log goes on past the promotion: a row written on one side is read on the other (safety rule S21).</summary>
internal sealed class ReadMarker(PostgresSession session, CrdrPair pair, Side side) : Proof
{
    private static readonly TimeSpan s_read = TimeSpan.FromSeconds(60);

    public override string Id => side == Side.Primary ? "read-on-primary" : "read-on-recovery";
    public override string Effect => $"Write a row on {pair[side.Other()].Name} and read it on {pair[side].Name}";

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
        await session[side].Link.FreeSlotAsync(session[side].Settings.SlotForPeer, CancellationToken.None).ConfigureAwait(false);
        return $"marker {id}";
    }
}
