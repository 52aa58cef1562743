namespace CrdrTools.Core.Operations;

/// <summary>What to do now, from where a pair stands: pure, the recommended action first (safety rule S27).</summary>
public static class NextActions
{
    /// <summary>For a status.</summary>
    public static IReadOnlyList<CrdrNextAction> For(CrdrStatus status, IPairSession? session)
    {
        List<CrdrNextAction> actions = [];
        string pair = status.Pair;
        PairWords words = session?.Words ?? new();
        if (status is { OpenOperation: { } running, HeldBy: { } holder })
        {
            actions.Add(new()
            {
                What = $"{holder.Who} (process {holder.ProcessId}) runs {running} since {holder.Since:yyyy-MM-dd HH:mm:ss}Z: wait for it", Command = $"Wait-CrdrOperation -Id {running}",
                Crdr = $"crdr operation wait {running}",
            });
        }
        else if (status.OpenOperation is { } open)
        {
            actions.Add(new()
            {
                What = $"The operation {open} has begun and not ended: take it up again", Command = $"Resume-CrdrOperation -Id {open}",
                Crdr = $"crdr operation resume {open}",
            });
            // Servers that one starts and stops by oneself may come to where it can go neither on nor back; a way to a writer is left (safety rule S27).
            if (status.Phase == CrdrPhase.NoWriter && (status.Primary.Native.ContainsKey("stopped") || status.Recovery.Native.ContainsKey("stopped")))
            {
                actions.Add(new()
                {
                    What = "Nobody takes writes. Should resuming not end that: start the server that is stopped by hand, or let go of the operation and look again, for then a failover is possible",
                    Command = $"Stop-CrdrOperation -Id {open} -Abandon -Reason 'it cannot be gone on with'", Crdr = $"crdr operation stop {open} --abandon --reason 'it cannot be gone on with'",
                });
            }
        }
        foreach (CrdrObligation obligation in status.Obligations)
            actions.Add(new() { What = $"Owed since {obligation.Since:yyyy-MM-dd HH:mm}Z by {obligation.Operation}: {obligation.What}" });
        if (status.OpenOperation is not null) return actions;
        foreach (CrdrFinding off in status.Findings.Where(f => f.Id == "RouteOffWriter").Take(1))
        {
            if (status.ActiveMember is { } writer) actions.Add(Run($"{off.Message} Clients do not reach the writer: send them there", new() { Verb = CrdrVerb.SwitchRoute, To = writer }));
        }

        switch (status.Phase)
        {
            case CrdrPhase.Protected:
                break;
            case CrdrPhase.NoWriter when status.Primary.Role == MemberRole.Failed && status.Recovery.Role == MemberRole.Passive:
                actions.Add(new()
                {
                    What = "Nobody takes writes: the primary was given up and the recovery side has not become active. No second request is "
                        + "known to help. Wait and look again; if it stays so, open an urgent support case with the vendor: \"disaster_recovery_role "
                        + $"of {status.Primary.Name} is failed, {status.Recovery.Name} is still passive; please promote {status.Recovery.Name}\"",
                    Command = $"Get-CrdrStatus {pair}", Crdr = $"crdr status {pair}",
                });
                break;
            case CrdrPhase.NoWriter when status.Recovery.Role == MemberRole.Passive && status.Recovery.Health == MemberHealth.Healthy:
                actions.Add(Run("Nobody takes writes, and the recovery side is ready: fail over (where the loss cannot be bounded it is refused first, and names the switch)", new() { Verb = CrdrVerb.Failover }));
                break;
            case CrdrPhase.NoWriter when status.Streams.FirstOrDefault() is { Live: true, To: Side.Primary } && status.Primary.Health is MemberHealth.Healthy or MemberHealth.Degraded:
                actions.Add(Run("Nobody takes writes, and the primary follows and is ready: fail over to it", new() { Verb = CrdrVerb.Failover, To = Side.Primary }));
                break;
            case CrdrPhase.NoWriter when status is { Replication.To: Side.Primary, Primary: { Role: MemberRole.Passive, Reachable: true }, Recovery.Reachable: false }:
                actions.Add(Run("Nobody is seen taking writes, and the primary followed: fail over to it (where the loss cannot be bounded it is refused first, and names the switch)", new() { Verb = CrdrVerb.Failover, To = Side.Primary }));
                break;
            case CrdrPhase.NoWriter:
                actions.Add(Look("Nobody takes writes and no side is ready to. See what each side lacks"));
                break;
            case CrdrPhase.FailedOver when status.Primary.Role == MemberRole.None:
                actions.Add(new() { What = $"{status.Recovery.Name} takes the writes and {status.Primary.Name} does not exist any more: nothing protects it. Make a new recovery service at the vendor and register the pair anew" });
                break;
            case CrdrPhase.FailedOver:
                actions.Add(Run($"{status.Recovery.Name} takes the writes and nothing protects it: once its region is back, rebuild the primary (it is not made active)", new() { Verb = CrdrVerb.Restore }));
                break;
            case CrdrPhase.ReadyToFailBack:
                actions.Add(Run($"The primary is caught up: make it active when it suits ({words.TakeOver})", new() { Verb = CrdrVerb.Restore, TakeOver = true }));
                break;
            case CrdrPhase.Unprotected when status.Recovery.Role == MemberRole.None:
                actions.Add(Run("There is no recovery service: create it", new() { Verb = CrdrVerb.Setup }));
                break;
            case CrdrPhase.Unprotected when status.Recovery is { Role: MemberRole.Failed or MemberRole.Apart, Health: MemberHealth.Healthy or MemberHealth.Degraded } || (status is { Phase: CrdrPhase.Unprotected, Recovery.Role: MemberRole.Failed } && status.Recovery.Native.ContainsKey("stopped")):
                actions.Add(Run($"Nothing protects {status.Primary.Name}: make {status.Recovery.Name} its copy again, which erases what it holds (where that may be more than a copy it is refused first, and names the switch)", new() { Verb = CrdrVerb.Setup }));
                break;
            case CrdrPhase.Unprotected when status.Findings.FirstOrDefault(f => f is { Id: "LogGone", Side: Side.Recovery }) is { } gone:
                actions.Add(Run($"{gone.Message} Make it a copy again", new() { Verb = CrdrVerb.Setup }));
                break;
            case CrdrPhase.SplitBrain when words.RepairsSplit:
                Side led = status.Routes.FirstOrDefault(r => r is { Verified: true, Target: not null })?.Target ?? status.ActiveMember ?? Side.Primary;
                actions.Add(Keep($"Both sides accept writes. Stop the applications first; {words.Split}. Keep", led));
                actions.Add(Keep("Or the other way round: keep", led.Other()));
                break;
            case CrdrPhase.SplitBrain:
                actions.Add(new() { What = $"Both sides accept writes. Stop the applications first; {words.Split}" });
                break;
            default:
                actions.Add(Look(status.Phase switch
                {
                    CrdrPhase.Rebuilding => "A side is being rebuilt: look again until it is caught up",
                    CrdrPhase.Transitioning => "Roles are changing: look again until they have changed",
                    CrdrPhase.Unprotected => "Nothing would take over now: see what the recovery side lacks",
                    _ => "It cannot be told who takes the writes: do nothing before it can. Look again",
                }));
                break;
        }
        // One that was left and answers as a primary still may be the one whose data is wanted: somebody has promoted the other by mistake.
        if (words.RepairsSplit && status.Phase != CrdrPhase.SplitBrain && status.Findings.FirstOrDefault(f => f.Id == "OldPrimaryWritable") is { Side: { } old })
            actions.Add(Keep($"Should {status[old.Other()].Name} have been promoted by mistake: keep", old));
        return actions;

        CrdrNextAction Keep(string what, Side keep) => Run($"{what} {status[keep].Name}, and make {status[keep.Other()].Name} its copy", new() { Verb = CrdrVerb.Repair, To = keep });

        CrdrNextAction Look(string what) => new() { What = what, Command = $"Get-CrdrStatus {pair} | Format-List", Crdr = $"crdr status {pair}" };

        CrdrNextAction Run(string what, CrdrRequest request)
        {
            (string powerShell, string crdr) = CommandText.For(pair, request);
            return new() { What = what, Command = powerShell, Crdr = crdr, Vendor = request.Verb == CrdrVerb.SwitchRoute ? null : session?.VendorCommand(request) };
        }
    }
}
