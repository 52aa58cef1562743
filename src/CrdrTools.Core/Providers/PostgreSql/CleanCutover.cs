using System.Diagnostics;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.Core.Routes;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>
/// The planned move that provably needs no rewind: clients are held off, the old primary is stopped cleanly, which writes one last record and
/// sends it on, and the standby is promoted once it has replayed that record. Nothing was promoted before that, so that until then it goes back.
/// </summary>
internal class CleanCutover(PostgresSession session, CrdrPair pair, Side to) : PostgresMove(session, pair, to)
{
    /// <summary>How much may be left to send when clients are held off.</summary>
    private const ulong Near = 1 << 20;

    /// <summary>More than the last record of a server that was shut down can take, with a page's head before it.</summary>
    private const ulong LastRecord = 512;

    private static readonly TimeSpan s_near = TimeSpan.FromSeconds(10), s_still = TimeSpan.FromMilliseconds(250);

    protected static readonly TimeSpan s_stop = TimeSpan.FromSeconds(15), s_replay = TimeSpan.FromSeconds(5);

    public override string Id => To == Side.Primary ? "move-to-primary" : "move-to-recovery";

    public override string Effect => $"Hold clients off, stop {Before.Name} cleanly, see its last record replayed on {New.Name}, promote {New.Name} and send clients there";

    public override IReadOnlyList<Guard> Guards { get; } =
        [new NodesAreMembers(), new StandbyReady(to), new WriterReady(to.Other()), new NothingIsLostByPromotion(to), new LagWithinLimit(to)];

    public override IReadOnlyList<string> Manual =>
    [
        $"{Before.Settings.Program("pg_ctl")} -D {Before.Settings.Data} stop -m fast    # on {Before.Name}",
        $"{New.Settings.Psql("SELECT pg_last_wal_replay_lsn()")}    # past the checkpoint of: {Before.Settings.Program("pg_controldata")} {Before.Settings.Data}",
        New.Settings.Psql("SELECT pg_promote()"),
    ];

    public override async Task<string?> ActAsync(CrdrStatus now, TightContext context)
    {
        bool stopped = now[Old].Native.Get("stopped") == "true", asked = false;
        using HeldRoutes held = await HeldRoutes.PrepareAsync(context, Old).ConfigureAwait(false);
        await FirstAsync(() => PrepareAsync(now, stopped, context)).ConfigureAwait(false);
        Stopwatch since = Stopwatch.StartNew();
        string arrived;
        try
        {
            await HoldAsync(held, context.Cancel).ConfigureAwait(false);
            TimeSpan fenced = since.Elapsed;
            if (!stopped)
            {
                Before.Link.EndWalsendersBut(Before.Settings.SlotForPeer);
                asked = true;
                await Before.Node.StopAsync(StopMode.Fast, s_stop, context.Cancel).ConfigureAwait(false);
            }
            // It has ended by itself and in order: no session lives there, whatever a proxy may still count, and all that it acknowledged is before this.
            ControlFile end = await Before.Node.ControlAsync(context.Cancel).ConfigureAwait(false);
            TimeSpan ended = since.Elapsed;
            if (!end.ShutDownAsPrimary) throw new CrdrException(CrdrErrorKind.InvalidState, "NotShutDownCleanly", $"{Before.Name} ended as '{end.State}', not shut down.");
            NpgsqlLogSequenceNumber replayed = default;
            if (!Until(() => (replayed = New.Link.Replayed()) > end.Checkpoint, s_replay, context.Cancel))
                throw new CrdrException(CrdrErrorKind.Timeout, "LastRecordNotReplayed", $"{New.Name} has replayed up to {replayed}, and the last record of {Before.Name} is at {end.Checkpoint}.");
            context.Cancel.ThrowIfCancellationRequested();
            // What follows its last record was written by one that was started again.
            if ((ulong)replayed > (ulong)end.Checkpoint + LastRecord) throw StartedAgain($"{New.Name} has replayed up to {replayed}, and its last record was at {end.Checkpoint}");
            if (Before.Settings.Node == "local" || since.Elapsed - ended > s_still) await StillStoppedAsync(end, context.Cancel).ConfigureAwait(false);
            arrived = $"clients held off after {fenced.TotalMilliseconds:0.0} ms, {Before.Name} stopped after {ended.TotalMilliseconds:0.0} ms, its last record {end.Checkpoint} replayed after {since.Elapsed.TotalMilliseconds:0.0} ms";
        }
        catch (Exception e)
        {
            // Whatever it was, no promotion was sent: everything goes back (safety rule S6).
            throw await BackAsync(context, e, () => WriteAgainAsync(asked)).ConfigureAwait(false);
        }
        return await PromoteAsync(context, held, since, arrived).ConfigureAwait(false);
    }

    public override Task<MoveTakenBackException?> TakeBackAsync(CrdrStatus now, TightContext context) => BackFromCutAsync(now, context, WriteAgainAsync);

    /// <summary>Clients wait, or are turned away, on every route.</summary>
    protected static async Task HoldAsync(HeldRoutes held, CancellationToken ct)
    {
        IReadOnlyList<(IRoute Route, string Trouble)> open = await held.HoldAsync(planned: true).ConfigureAwait(false);
        if (open.Count > 0) throw new CrdrException(CrdrErrorKind.Refused, "FenceFailed", string.Join(" ", open.Select(o => o.Trouble)));
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Whoever slept between the old primary's end and the promotion looks again, for somebody may have started it meanwhile: a person, or a service manager
    /// (safety rules S1, S14). Where a look costs next to nothing, always; else what was seen is believed for a moment.
    /// </summary>
    private async Task StillStoppedAsync(ControlFile end, CancellationToken ct)
    {
        NodeState seen = await Before.Node.LookAsync(ct).ConfigureAwait(false);
        if (seen.Running != false || seen.Control is not { ShutDownAsPrimary: true } control || control.Checkpoint != end.Checkpoint)
            throw StartedAgain($"it is {seen.Control?.State ?? "without a control file"}");
    }

    private CrdrException StartedAgain(string why) => new(CrdrErrorKind.InvalidState, "OldSideStartedAgain", $"{Before.Name} was stopped, and somebody has started it again: {why}.");

    /// <summary>All that costs time and can go wrong while clients still work.</summary>
    protected async Task PrepareAsync(CrdrStatus now, bool stopped, TightContext context)
    {
        ulong system = ulong.Parse(now[To].Native.Get("systemIdentifier")!, System.Globalization.CultureInfo.InvariantCulture);
        await LockNewAsync(system, context.Cancel).ConfigureAwait(false);
        await New.Link.EnsureSlotAsync(New.Settings.SlotForPeer, context.Cancel).ConfigureAwait(false);
        await New.Link.WriteAtOnceAsync(context.Cancel).ConfigureAwait(false);
        if (New.Link.WroteIfPrimary(context.Operation)) throw new CrdrException(CrdrErrorKind.InvalidState, "NoStandby", $"{New.Name} takes writes already: somebody else has promoted it.");
        if (stopped) return;
        await Before.Link.LockAsync(system, context.Cancel).ConfigureAwait(false);
        await Task.WhenAll(Before.Link.CheckpointAsync(context.Cancel), New.Link.CheckpointAsync(context.Cancel)).ConfigureAwait(false);
        if (!await UntilAsync(async () => (ulong)await Before.Link.FlushedAsync(context.Cancel).ConfigureAwait(false) <= (ulong)await New.Link.ReplayedAsync(context.Cancel).ConfigureAwait(false) + Near, s_near, context.Cancel).ConfigureAwait(false))
            throw new CrdrException(CrdrErrorKind.Refused, "StandbyBehind", $"{New.Name} stays more than {Near >> 20} MB behind {Before.Name}: clients would be held off for long.");
        // A node that has diverged says that it streams, too: a row that is written here must be read there (safety rule S21).
        await Before.Link.MarkAsync(context.Operation, context.Cancel).ConfigureAwait(false);
        if (!await UntilAsync(() => New.Link.MarkedAsync(context.Operation, context.Cancel), s_near, context.Cancel).ConfigureAwait(false))
            throw new CrdrException(CrdrErrorKind.Refused, "StandbyNotFollowing", $"A row written on {Before.Name} was not read on {New.Name} within {s_near.TotalSeconds:0} s: it says that it streams, and does not follow. Readers there may hold it up (pg_stat_activity), or it has diverged.");
        await Before.Node.LookAsync(context.Cancel).ConfigureAwait(false);
        // Each question of the moment to come once before: what the servers and this program do for the first time takes them several times as long.
        Before.Link.EndWalsendersBut(Before.Settings.SlotForPeer);
        New.Link.Replayed();
    }
}
