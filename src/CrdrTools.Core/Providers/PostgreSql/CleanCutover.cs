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
internal sealed class CleanCutover(PostgresSession session, CrdrPair pair, Side to) : PostgresMove(session, pair, to)
{
    /// <summary>How much may be left to send when clients are held off.</summary>
    private const ulong Near = 1 << 20;

    private static readonly TimeSpan s_near = TimeSpan.FromSeconds(10), s_stop = TimeSpan.FromSeconds(15), s_replay = TimeSpan.FromSeconds(5), s_start = TimeSpan.FromMinutes(5);

    public override string Id => To == Side.Primary ? "move-to-primary" : "move-to-recovery";

    public override string Effect => $"Hold clients off, stop {Before.Name} cleanly, see its last record replayed on {New.Name}, promote {New.Name} and send clients there";

    public override IReadOnlyList<Guard> Guards { get; } =
        [new StandbyReady(to), new WriterReady(to.Other()), new NothingIsLostByPromotion(to), new LagWithinLimit(to)];

    public override IReadOnlyList<string> Manual =>
    [
        $"pg_ctl -D {Before.Settings.DataDirectory ?? "DATADIR"} stop -m fast    # on {Before.Name}",
        $"{New.Settings.Psql("SELECT pg_last_wal_replay_lsn()")}    # past the checkpoint of: pg_controldata {Before.Settings.DataDirectory ?? "DATADIR"}",
        New.Settings.Psql("SELECT pg_promote()"),
    ];

    public override async Task<string?> ActAsync(CrdrStatus now, TightContext context)
    {
        bool stopped = now[Old].Native.Get("stopped") == "true";
        await PrepareAsync(now, stopped, context).ConfigureAwait(false);
        Stopwatch held = Stopwatch.StartNew();
        string arrived;
        try
        {
            string[] open = [.. (await Task.WhenAll(context.Fences.Select(r => TryAsync(() => r.FenceAsync(Old, planned: true)))).ConfigureAwait(false)).OfType<string>()];
            if (open.Length > 0) throw new CrdrException(CrdrErrorKind.Refused, "FenceFailed", string.Join(" ", open));
            TimeSpan fenced = held.Elapsed;
            context.Cancel.ThrowIfCancellationRequested();
            if (!stopped)
            {
                await Before.Link.EndWalsendersButAsync(Before.Settings.SlotForPeer, context.Cancel).ConfigureAwait(false);
                await Before.Node.StopAsync(StopMode.Fast, s_stop, context.Cancel).ConfigureAwait(false);
            }
            ControlFile end = await Before.Node.ControlAsync(context.Cancel).ConfigureAwait(false);
            TimeSpan ended = held.Elapsed;
            if (!end.ShutDownAsPrimary) throw new CrdrException(CrdrErrorKind.InvalidState, "NotShutDownCleanly", $"{Before.Name} ended as '{end.State}', not shut down.");
            NpgsqlLogSequenceNumber replayed = default;
            if (!await UntilAsync(async () => (replayed = await New.Link.ReplayedAsync(context.Cancel).ConfigureAwait(false)) > end.Checkpoint, s_replay, context.Cancel).ConfigureAwait(false))
                throw new CrdrException(CrdrErrorKind.Timeout, "LastRecordNotReplayed", $"{New.Name} has replayed up to {replayed}, and the last record of {Before.Name} is at {end.Checkpoint}.");
            context.Cancel.ThrowIfCancellationRequested();
            arrived = $"clients held off after {fenced.TotalMilliseconds:0} ms, {Before.Name} stopped after {ended.TotalMilliseconds:0} ms, its last record {end.Checkpoint} replayed";
        }
        catch (Exception e) when (e is OperationCanceledException or CrdrException)
        {
            throw await BackAsync(context, e).ConfigureAwait(false);
        }
        return await PromoteAsync(context, held, arrived).ConfigureAwait(false);
    }

    /// <summary>All that costs time and can go wrong while clients still work.</summary>
    private async Task PrepareAsync(CrdrStatus now, bool stopped, TightContext context)
    {
        ulong system = ulong.Parse(now[To].Native.Get("systemIdentifier")!, System.Globalization.CultureInfo.InvariantCulture);
        await New.Link.LockAsync(system, context.Cancel).ConfigureAwait(false);
        await New.Link.MayPromoteAsync(context.Cancel).ConfigureAwait(false);
        await New.Link.EnsureSlotAsync(New.Settings.SlotForPeer, context.Cancel).ConfigureAwait(false);
        if (stopped) return;
        await Before.Link.LockAsync(system, context.Cancel).ConfigureAwait(false);
        await Task.WhenAll(Before.Link.CheckpointAsync(context.Cancel), New.Link.CheckpointAsync(context.Cancel)).ConfigureAwait(false);
        if (!await UntilAsync(async () => (ulong)await Before.Link.FlushedAsync(context.Cancel).ConfigureAwait(false) <= (ulong)await New.Link.ReplayedAsync(context.Cancel).ConfigureAwait(false) + Near, s_near, context.Cancel).ConfigureAwait(false))
            throw new CrdrException(CrdrErrorKind.Refused, "StandbyBehind", $"{New.Name} stays more than {Near >> 20} MB behind {Before.Name}: clients would be held off for long.");
    }

    /// <summary>The old primary writes again and clients are led to it, in that order.</summary>
    private async Task<MoveTakenBackException> BackAsync(TightContext context, Exception why)
    {
        Stopwatch took = Stopwatch.StartNew();
        List<string> stuck = [];
        if (await TryAsync(WriteAgainAsync).ConfigureAwait(false) is { } trouble) stuck.Add(trouble);
        TimeSpan started = took.Elapsed;
        stuck.AddRange((await Task.WhenAll(context.Fences.Select(r => TryAsync(() => r.SwitchAsync(Old)))).ConfigureAwait(false)).OfType<string>());
        string words = why is CrdrException known ? known.Message : "Stopped.";
        return new(why is CrdrException { ErrorId: { } id } ? id : "Stopped", $"{words} It was taken back in {took.Elapsed.TotalMilliseconds:0} ms ({Before.Name} took writes again after {started.TotalMilliseconds:0} ms).", stuck, why);
    }

    private async Task WriteAgainAsync()
    {
        NodeState seen = await Before.Node.LookAsync(CancellationToken.None).ConfigureAwait(false);
        if (seen.Running == true && Before.Settings.DataDirectory is not null && !await AnswersAsync().ConfigureAwait(false))
        {
            // It was told to stop and has not yet: the rest of it is cut short (safety rule S19).
            await Before.Node.StopAsync(StopMode.Immediate, s_stop, CancellationToken.None).ConfigureAwait(false);
            seen = seen with { Running = false };
        }
        if (seen.Running != true) await Before.Node.StartAsync(CancellationToken.None).ConfigureAwait(false);
        if (!await UntilAsync(AnswersAsync, s_start, CancellationToken.None).ConfigureAwait(false))
            throw new CrdrException(CrdrErrorKind.Timeout, "NodeNotBack", $"{Before.Name} was started again and takes no writes after {s_start.TotalMinutes:0} min.");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return !await Before.Link.InRecoveryAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (CrdrException)
        {
            return false;
        }
    }
}
