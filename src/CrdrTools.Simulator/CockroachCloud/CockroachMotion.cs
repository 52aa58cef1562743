namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>What moves by itself: begins streams, lets time work on them, and ends them.</summary>
internal sealed class CockroachMotion(CockroachModel model)
{
    private Stage Stage => model.Stage;

    private SimulatorSettings Settings => model.Stage.Settings;

    public DateTimeOffset NextBreak { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>
    /// Begins a stream. The standby's data is gone, or, where the vendor can do that, back to where the two were the same.
    /// </summary>
    public CockroachStream Begin(CockroachCluster primary, CockroachCluster standby)
    {
        var common = Settings.CockroachFastFailback ? CommonTime(primary, standby) : null;
        if (common is { } time) model.Data.CutTo(standby.Key, time);
        else model.Data.Clear(standby.Key);
        var stream = new CockroachStream
        {
            Id = model.NextId("stream"),
            PrimaryId = primary.Id,
            StandbyId = standby.Id,
            Primary = primary.Key,
            Standby = standby.Key,
            CreatedAt = Instant.Shown(Stage.Now),
            Status = CockroachWords.Starting,
        };
        model.Put(stream, new StreamProgress
        {
            Work = Work.Begin(Settings.CockroachStartingSeconds, Stage.Now),
            ScanSeconds = common is null ? null : 0,
        });
        return stream;
    }

    /// <summary>Puts a stream that has long been replicating, past the API.</summary>
    public void Found(CockroachStream stream, DateTimeOffset replicatingSince)
    {
        var lag = Span.Seconds(Settings.CockroachLagSeconds);
        model.Put(stream, new StreamProgress
        {
            Stage = StreamStage.Following,
            ScanTime = Instant.Shown(replicatingSince),
            Frontier = new Frontier(Stage.Now - lag, Stage.Now, false, lag, 1),
        });
    }

    /// <summary>Sends a stream to a time of its primary, at which its standby becomes a cluster of its own.</summary>
    public void FailOver(CockroachStream stream, DateTimeOffset target)
    {
        model.ProgressOf(stream)!.Target = target;
        model.Put(stream with { Status = CockroachWords.FailingOver, FailoverAt = target > Stage.Now ? target : null });
    }

    /// <summary>Ends a stream. The standby keeps what it consistently had.</summary>
    public void Cancel(CockroachStream stream)
    {
        if (model.ProgressOf(stream) is { Follows: true } progress)
            model.Data.CutTo(stream.Standby, progress.ReplicatedAt(Stage.Now, Settings));
        else model.Data.Clear(stream.Standby);
        model.Put(stream with { Status = CockroachWords.Canceled, CanceledAt = Instant.Shown(Stage.Now) });
    }

    /// <summary>Applies what falls due at that time.</summary>
    public void Break(DateTimeOffset at)
    {
        foreach (var stream in model.Active.ToList()) Break(stream, model.ProgressOf(stream)!, at);
        Reconsider(at);
    }

    /// <summary>Decides anew what moves and what stands still, from the settings and the clusters that are up.</summary>
    public void Reconsider(DateTimeOffset now)
    {
        NextBreak = DateTimeOffset.MaxValue;
        foreach (var stream in model.Active)
        {
            var progress = model.ProgressOf(stream)!;
            var standbyUp = model.Topology.Up(stream.Standby);
            var bothUp = standbyUp && model.Topology.Up(stream.Primary);
            progress.Work = progress.Work.From(now, Moves(progress.Stage, standbyUp, bothUp));
            progress.Frontier = new Frontier(
                progress.Frontier.At(now), now, bothUp, Span.Seconds(Settings.CockroachLagSeconds), Settings.CockroachCatchUpFactor);
            Note(NextOf(progress));
        }
    }

    private static DateTimeOffset NextOf(StreamProgress progress)
    {
        if (progress.Stage != StreamStage.Following) return progress.Work.End;
        return progress.Target is { } target ? progress.Frontier.ReachedAt(target) : DateTimeOffset.MaxValue;
    }

    private bool Moves(StreamStage stage, bool standbyUp, bool bothUp) => stage switch
    {
        StreamStage.Starting => bothUp,
        StreamStage.Scanning => bothUp && !Settings.CockroachInitialScanStuck,
        StreamStage.Cutting => standbyUp && !Settings.CockroachFailoverHangs,
        _ => false,
    };

    private void Break(CockroachStream stream, StreamProgress progress, DateTimeOffset at)
    {
        if (NextOf(progress) > at) return;
        switch (progress.Stage)
        {
            case StreamStage.Starting:
                progress.Stage = StreamStage.Scanning;
                progress.ScanTime = Instant.Shown(at);
                progress.Work = Work.Begin(progress.ScanSeconds ?? Settings.CockroachInitialScanSeconds, at);
                model.Put(stream with { Status = CockroachWords.Replicating });
                break;
            case StreamStage.Scanning:
                progress.Stage = StreamStage.Following;
                progress.Frontier = new Frontier(progress.ScanTime, at, false, TimeSpan.Zero, 1);
                break;
            case StreamStage.Following:
                progress.Stage = StreamStage.Cutting;
                progress.Work = Work.Begin(CutoverSeconds(stream), at);
                break;
            case StreamStage.Cutting:
                Complete(stream, progress, at);
                break;
        }
    }

    private double CutoverSeconds(CockroachStream stream) =>
        Settings.CockroachFailoverSeconds + (model.Topology.Up(stream.Primary) ? 0 : Settings.CockroachFailoverPrimaryDownSeconds);

    /// <summary>Documented: when the retained time has passed the time asked for meanwhile, it goes to the retained time.</summary>
    private void Complete(CockroachStream stream, StreamProgress progress, DateTimeOffset at)
    {
        var retained = progress.RetainedAt(at, Settings);
        var cutover = progress.Target > retained ? progress.Target.Value : retained;
        model.Data.CutTo(stream.Standby, cutover);
        model.Put(stream with
        {
            Status = CockroachWords.Completed,
            CutoverTime = cutover,
            CompletedAt = at,
            ActivatedAt = Instant.Shown(Settings.CockroachActivatedAtIsCutoverTime ? cutover : at),
        });
    }

    /// <summary>The time up to which a former primary has what its former standby has, while the vendor can go back to it.</summary>
    private DateTimeOffset? CommonTime(CockroachCluster primary, CockroachCluster standby)
    {
        var last = model.NewestFirst.FirstOrDefault(s => s.Joins(primary.Key) || s.Joins(standby.Key));
        if (last is not { Status: CockroachWords.Completed, CutoverTime: { } time }) return null;
        var reversed = last.Primary == standby.Key && last.Standby == primary.Key;
        return reversed && Stage.Now - time <= TimeSpan.FromDays(1) ? time : null;
    }

    private void Note(DateTimeOffset at)
    {
        if (at < NextBreak) NextBreak = at;
    }
}
