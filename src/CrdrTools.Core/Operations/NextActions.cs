namespace CrdrTools.Core.Operations;

/// <summary>What to do now, from where a pair stands: pure, the recommended action first (safety rule S27).</summary>
public static class NextActions
{
    /// <summary>For a status.</summary>
    /// <param name="status">What was seen.</param>
    /// <param name="session">The pair, for its words.</param>
    /// <param name="judge">What stands in a request's way now: what would be refused is not printed as if it were not.</param>
    public static IReadOnlyList<CrdrNextAction> For(CrdrStatus status, IPairSession? session, Func<CrdrRequest, IReadOnlyList<CrdrCheck>>? judge = null)
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
            // Only those that obey: one that does not would have all of it refused.
            IReadOnlyList<string> obey = status.Routes.Any(Guards.RoutesReady.Dead) ? [.. status.Routes.Where(r => !Guards.RoutesReady.Dead(r) && r.Type != "VendorManaged").Select(r => r.Name)] : [];
            if (status.ActiveMember is { } writer) actions.AddRange(Run($"{off.Message} Clients do not reach the writer: send them there", new() { Verb = CrdrVerb.SwitchRoute, To = writer, Routes = obey }));
        }
        List<CrdrNextAction> unseen = [.. status.Routes.Where(r => !r.Verified).Take(1).Select(_ => Unseen())];
        // Where somebody takes writes, clients that may not get there come first; else the writes do.
        if (status.ActiveMember is not null) actions.AddRange(unseen);

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
                actions.AddRange(Run("Nobody takes writes, and the recovery side is ready: fail over", new() { Verb = CrdrVerb.Failover }));
                break;
            case CrdrPhase.NoWriter when status.Streams.FirstOrDefault() is { Live: true, To: Side.Primary } && status.Primary.Health is MemberHealth.Healthy or MemberHealth.Degraded:
                actions.AddRange(Run("Nobody takes writes, and the primary follows and is ready: fail over to it", new() { Verb = CrdrVerb.Failover, To = Side.Primary }));
                break;
            case CrdrPhase.NoWriter when status is { Replication.To: Side.Primary, Primary: { Role: MemberRole.Passive, Reachable: true }, Recovery.Reachable: false }:
                actions.AddRange(Run("Nobody is seen taking writes, and the primary followed: fail over to it", new() { Verb = CrdrVerb.Failover, To = Side.Primary }));
                break;
            case CrdrPhase.NoWriter:
                actions.Add(Look("Nobody takes writes and no side is ready to. See what each side lacks"));
                break;
            case CrdrPhase.FailedOver when status.Primary.Role == MemberRole.None:
                actions.Add(new() { What = $"{status.Recovery.Name} takes the writes and {status.Primary.Name} does not exist any more: nothing protects it. Make a new recovery service at the vendor and register the pair anew" });
                break;
            case CrdrPhase.FailedOver:
                actions.AddRange(Run($"{status.Recovery.Name} takes the writes and nothing protects it: once its region is back, rebuild the primary (it is not made active)", new() { Verb = CrdrVerb.Restore }));
                break;
            case CrdrPhase.ReadyToFailBack:
                actions.AddRange(Run($"The primary is caught up: make it active when it suits ({words.TakeOver})", new() { Verb = CrdrVerb.Restore, TakeOver = true }));
                break;
            case CrdrPhase.Unprotected when status.Recovery.Role == MemberRole.None:
                actions.AddRange(Run("There is no recovery service: create it", new() { Verb = CrdrVerb.Setup }));
                break;
            case CrdrPhase.Unprotected when status.Recovery is { Role: MemberRole.Failed or MemberRole.Apart, Health: MemberHealth.Healthy or MemberHealth.Degraded } || (status is { Phase: CrdrPhase.Unprotected, Recovery.Role: MemberRole.Failed } && status.Recovery.Native.ContainsKey("stopped")):
                actions.AddRange(Run($"Nothing protects {status.Primary.Name}: make {status.Recovery.Name} its copy again, which erases what it holds", new() { Verb = CrdrVerb.Setup }));
                break;
            case CrdrPhase.Unprotected when status.Recovery is { Health: MemberHealth.Down } && status.Recovery.Native.ContainsKey("stopped"):
                actions.AddRange(Run($"{status.Recovery.Name} does not run, and nothing protects {status.Primary.Name}: start it as its copy again", new() { Verb = CrdrVerb.Setup }));
                break;
            case CrdrPhase.Unprotected when status.Recovery is { Role: MemberRole.Unknown } && words.Start is not null:
                actions.Add(Look($"{status.Recovery.Name} does not answer, and nothing protects {status.Primary.Name}: {words.Start(Side.Recovery)}. Then look again"));
                break;
            case CrdrPhase.Unprotected when status.Findings.FirstOrDefault(f => f is { Id: "LogGone", Side: Side.Recovery }) is { } gone:
                actions.AddRange(Run($"{gone.Message} Make it a copy again", new() { Verb = CrdrVerb.Setup }));
                break;
            case CrdrPhase.SplitBrain when words.RepairsSplit:
                Side led = status.Routes.FirstOrDefault(r => r is { Verified: true, Target: not null })?.Target ?? status.ActiveMember ?? Side.Primary;
                actions.AddRange(Keep($"Both sides accept writes. Stop the applications first; {words.Split}. Keep", led));
                actions.AddRange(Keep("Or the other way round: keep", led.Other()));
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
        if (status.ActiveMember is null) actions.AddRange(unseen);
        // One that was left and answers as a primary still may be the one whose data is wanted: somebody has promoted the other by mistake.
        if (words.RepairsSplit && status.Phase != CrdrPhase.SplitBrain && status.Findings.FirstOrDefault(f => f.Id == "OldPrimaryWritable") is { Side: { } old })
            actions.AddRange(Keep($"Should {status[old.Other()].Name} have been promoted by mistake: keep", old));
        return actions;

        CrdrNextAction Unseen()
        {
            List<CrdrRouteStatus> blind = [.. status.Routes.Where(r => !r.Verified)];
            string whose = $"{(blind.Count == 1 ? "Route" : "Routes")} {string.Join(", ", blind.Select(r => r.Name))}";
            return new()
            {
                What = $"{whose}: where clients are sent cannot be told, so that they may not reach {(status.ActiveMember is { } writer ? status[writer].Name : "anybody")}. "
                    + (blind.Any(r => r.OutOfReach) ? "Bring back what does not answer (its machine, its service, or its address in the pair's description), then look again" : "Mend what is said of it, then look again"),
                Command = $"Get-CrdrRoute {pair}", Crdr = $"crdr route status {pair}",
            };
        }

        IEnumerable<CrdrNextAction> Keep(string what, Side keep) => Run($"{what} {status[keep].Name}, and make {status[keep.Other()].Name} its copy", new() { Verb = CrdrVerb.Repair, To = keep });

        CrdrNextAction Look(string what) => new() { What = what, Command = $"Get-CrdrStatus {pair} | Format-List", Crdr = $"crdr status {pair}" };

        IReadOnlyList<CrdrNextAction> Run(string what, CrdrRequest request)
        {
            IReadOnlyList<CrdrCheck> blocks = [.. judge?.Invoke(request).Where(c => c.Result == CheckResult.Block) ?? []];
            string found = string.Join("; ", blocks.Select(b => $"{b.Name}: {b.Why}"));
            CrdrNextAction Command(string why, IEnumerable<string>? more = null)
            {
                (string powerShell, string crdr) = CommandText.For(pair, request, more);
                return new() { What = why, Command = powerShell, Crdr = crdr, Vendor = request.Verb == CrdrVerb.SwitchRoute ? null : session?.VendorCommand(request) };
            }
            if (blocks.Count == 0) return [Command(what)];
            // That one passes by itself.
            if (blocks.All(b => b.Name == nameof(Guards.QuietTime))) return [Command($"{what}. Not yet, {found}")];
            (string powerShell, string crdr) = CommandText.Readiness(pair, request);
            CrdrNextAction See(string why) => new() { What = why, Command = powerShell, Crdr = crdr };
            return blocks.Any(b => b.Override is null) ? [See($"{what}. It would be refused now. {found}")]
                : [See($"{what}. That is yours to decide. {found}"), Command(AllTheSame(blocks), blocks.Select(b => b.Override!))];
        }
    }

    /// <summary>What is accepted with the overrides beside it, with its figures.</summary>
    internal static string AllTheSame(IReadOnlyList<CrdrCheck> blocks) =>
        $"To go on all the same, knowing what {string.Join(" and ", blocks.Select(b => b.Name))} found ({string.Join("; ", blocks.Select(b => b.Name == nameof(Guards.LossBound) ? b.Why.Split(':')[0] : b.Why))})";
}
