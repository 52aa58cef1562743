namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Sums up a stream, with what the API does not tell.</summary>
internal static class StreamSummary
{
    public static SimulatorStream Of(CockroachModel model, CockroachStream stream)
    {
        var (now, settings, progress) = (model.Stage.Now, model.Stage.Settings, model.ProgressOf(stream));
        var follows = progress is { Follows: true };
        return new SimulatorStream
        {
            Id = stream.Id,
            Primary = stream.Primary.Service,
            Standby = stream.Standby.Service,
            PrimaryId = stream.PrimaryId,
            StandbyId = stream.StandbyId,
            Status = stream.Status,
            CreatedAt = stream.CreatedAt,
            InitialScanProgress = progress is { Stage: StreamStage.Scanning } ? progress.Work.FractionAt(now) : null,
            ReplicatedTime = follows ? progress!.ReplicatedAt(now, settings) : null,
            RetainedTime = follows ? progress!.RetainedAt(now, settings) : null,
            CutoverTime = stream.CutoverTime,
            ActivatedAt = stream.ActivatedAt,
            CanceledAt = stream.CanceledAt,
        };
    }
}
