using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>What moves by itself: begins changes, lets time work on them, and ends them.</summary>
internal sealed class AivenMotion(AivenModel model)
{
    private Stage Stage => model.Stage;

    public DateTimeOffset NextBreak { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>Builds the service's nodes anew; what it held is gone and comes back from its peer.</summary>
    public void Rebuild(AivenService service)
    {
        model.Put(service.WithNewNodes("setting_up_vm") with { State = AivenWords.Rebuilding, Ghost = false });
        Begin(TransitionKind.Rebuild, service.Key, Stage.Settings.RebuildSeconds);
    }

    /// <summary>Moves the service to new nodes while it serves.</summary>
    public void Rebalance(AivenService service)
    {
        model.Put(service with { State = AivenWords.Rebalancing });
        Begin(TransitionKind.Rebalance, service.Key, Stage.Settings.RebuildSeconds);
    }

    /// <summary>
    /// Gives the primary up: its nodes are gone at once, its peer becomes active a little later. A peer that is not ready never does.
    /// </summary>
    public void FailOver(AivenService primary, AivenService recovery)
    {
        var ghost = Stage.Settings.OldPrimaryKeepsServing;
        model.Transitions.Remove(primary.Key);
        model.Put(primary.WithoutBackups(Stage.Now) with
        {
            State = AivenWords.PowerOff,
            Role = AivenWords.Failed,
            Nodes = [],
            Ghost = ghost,
        });
        if (!ghost) model.Data.Clear(primary.Key);
        if (recovery is { State: AivenWords.Running, Role: AivenWords.Passive })
            Begin(TransitionKind.Failover, recovery.Key, Stage.Settings.FailoverSeconds);
    }

    /// <summary>The passive service catches up and takes over; its peer becomes passive.</summary>
    public void TakeOver(AivenService target, AivenService peer)
    {
        var settings = Stage.Settings;
        var swap = settings.TakeoverRolesSwapAtOnce;
        model.Put(target with { State = settings.TakeoverTargetState, Role = swap ? AivenWords.Active : target.Role });
        model.Put(peer with { State = settings.TakeoverPeerState, Role = swap ? AivenWords.Passive : peer.Role });
        Begin(TransitionKind.Takeover, target.Key, settings.TakeoverSeconds, settings.TakeoverWriteGapSeconds);
    }

    /// <summary>The shared URI follows the active service, if there is exactly one.</summary>
    public void LeadUri(AivenPair pair)
    {
        var active = new[] { pair.Primary, pair.Recovery }.Where(m => model.Find(m)?.Role == AivenWords.Active).ToList();
        if (active.Count == 1) LeadUri(pair, active[0]);
    }

    /// <summary>Ends what is under way for the service without an effect.</summary>
    public void Cancel(ServiceKey key) => model.Transitions.Remove(key);

    /// <summary>Applies what falls due at that time.</summary>
    public void Break(DateTimeOffset at)
    {
        foreach (var due in model.Alarms.FindAll(a => a.At <= at))
        {
            model.Alarms.Remove(due);
            if (due.UriTarget is { } target && model.PairOf(due.Primary) is { } pair) model.Put(pair with { UriTarget = target });
        }
        foreach (var transition in model.Transitions.Values.Select(t => t.At(at)).ToList())
        {
            model.Transitions[transition.Subject] = transition;
            if (transition.Finished) Finish(transition);
        }
        Reconsider(at);
    }

    /// <summary>Decides anew what moves and what is held, from the settings and the regions that are out.</summary>
    public void Reconsider(DateTimeOffset now)
    {
        NextBreak = DateTimeOffset.MaxValue;
        foreach (var transition in model.Transitions.Values.ToList())
        {
            var current = transition.At(now) with { Ceiling = Ceiling(transition) };
            model.Transitions[transition.Subject] = current;
            Note(current.NextBreak());
        }
        foreach (var alarm in model.Alarms) Note(alarm.At);
        Note(model.HaReplica.Reconsider(now));
    }

    private void Note(DateTimeOffset at)
    {
        if (at < NextBreak) NextBreak = at;
    }

    private void Begin(TransitionKind kind, ServiceKey subject, double seconds, double gapSeconds = 0) =>
        model.Transitions[subject] = new Transition(
            kind, subject, Span.Seconds(seconds), Span.Seconds(gapSeconds), TimeSpan.Zero, Stage.Now, Transition.Held);

    private TimeSpan Ceiling(Transition transition)
    {
        var settings = Stage.Settings;
        if (model.Find(transition.Subject) is not { } service || model.RegionDown(service)) return Transition.Held;
        return transition.Kind switch
        {
            TransitionKind.Rebuild when settings.RebuildStuck =>
                new TimeSpan((long)(transition.Duration.Ticks * 0.4 * Transition.BaseBackupShare) - 1),
            TransitionKind.Failover when settings.FailoverHangs => Transition.Held,
            TransitionKind.Takeover when PeerDown(service) || settings.TakeoverHangs == TakeoverHang.BeforeCutover => Transition.Held,
            TransitionKind.Takeover when settings.TakeoverHangs == TakeoverHang.InCutover => transition.Duration - TimeSpan.FromTicks(1),
            _ => TimeSpan.MaxValue,
        };
    }

    private bool PeerDown(AivenService service) =>
        model.PairOf(service.Key) is { } pair && model.Find(pair.PeerOf(service.Key)) is { } peer && model.RegionDown(peer);

    private void Finish(Transition transition)
    {
        model.Transitions.Remove(transition.Subject);
        if (model.Find(transition.Subject) is not { } service) return;
        switch (transition.Kind)
        {
            case TransitionKind.Rebuild:
                model.Put(service.WithNodes("running") with { State = AivenWords.Running });
                break;
            case TransitionKind.Rebalance:
                model.Put(service.WithNewNodes("running") with { State = AivenWords.Running });
                break;
            case TransitionKind.Failover:
                if (model.PairOf(service.Key) is not { } pair) break;
                model.Put(service.TakingBackups(Stage.Now) with { Role = AivenWords.Active });
                LeadUri(pair, service.Key);
                break;
            case TransitionKind.Takeover:
                FinishTakeover(service);
                break;
        }
    }

    private void FinishTakeover(AivenService target)
    {
        if (model.PairOf(target.Key) is not { } pair || model.Find(pair.PeerOf(target.Key)) is not { } peer) return;
        model.Data.CatchUp(peer.Key, target.Key, Stage.Now);
        model.Put(target.TakingBackups(Stage.Now) with { State = AivenWords.Running, Role = AivenWords.Active });
        model.Put(peer.WithoutBackups(Stage.Now) with { State = AivenWords.Running, Role = AivenWords.Passive });
        var resumes = Stage.Now + Span.Seconds(Stage.Settings.ReplicationAfterSwitchoverDelaySeconds);
        model.Put(pair with { ReplicationFrom = resumes });
        if (resumes > Stage.Now) model.Alarms.Add(new AivenAlarm(resumes, pair.Primary, null));
        LeadUri(model.PairOf(target.Key)!, target.Key);
    }

    private void LeadUri(AivenPair pair, ServiceKey target)
    {
        var delay = Span.Seconds(Stage.Settings.DnsSeconds);
        model.Alarms.RemoveAll(a => a.Primary == pair.Primary && a.UriTarget is not null);
        if (delay == TimeSpan.Zero) model.Put(pair with { UriTarget = target });
        else model.Alarms.Add(new AivenAlarm(Stage.Now + delay, pair.Primary, target));
    }
}
