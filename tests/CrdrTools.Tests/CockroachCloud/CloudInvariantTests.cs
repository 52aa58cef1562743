using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.CockroachCloud;

/// <summary>
/// Safety rules S29 and S30 for clusters and streams: clients write through the route all the time while outages, faults, crashes, a
/// colleague with a store of his own and operators' verbs come in seeded order. What the clients were promised is counted.
/// </summary>
public class CloudInvariantTests
{
    private const int Rate = 5;

    /// <summary>Seeds that found something once.</summary>
    private static readonly int[] s_kept = [];

    public static TheoryData<int> Seeds
    {
        get
        {
            int count = int.TryParse(Environment.GetEnvironmentVariable("CRDR_SEEDS"), out int asked) ? asked : 20;
            return [.. s_kept.Concat(Enumerable.Range(1, count)).Distinct()];
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task S30_Whatever_happens_the_promises_hold(int seed)
    {
        Random random = new(seed);
        using CloudRig rig = new(s => s with
        {
            CockroachStartingSeconds = random.Next(1, 300), CockroachInitialScanSeconds = random.Next(1, 600), CockroachLagSeconds = random.NextDouble() * 20,
            CockroachFailoverSeconds = random.NextDouble() * 60, CockroachReplicatedTimeStepSeconds = random.Next(0, 5), CockroachFailoverPrimaryDownSeconds = random.Next(2) * 900,
            CockroachActivatedAtIsCutoverTime = random.Next(2) == 0, CockroachScanReplicatedTime = random.Next(2) == 0 ? "zero" : "absent", CockroachFailingOverShowsTimes = random.Next(2) == 0,
            CockroachFastFailback = random.Next(2) == 0, CockroachCanceledStandbyServes = random.Next(2) == 0, CockroachAllowsSecondStream = random.Next(4) == 0,
            CockroachShowsCompleted = random.Next(2) == 0, CockroachCanceledHidden = random.Next(2) == 0, CockroachStreamsNewestFirst = random.Next(2) == 0, CockroachEmptyPageTokens = random.Next(2) == 0,
            CockroachSecondStreamStatus = Refusal(), CockroachTransitionStatus = Refusal(), CockroachScanRefusalStatus = Refusal(), CockroachPreconditionStatus = Refusal(),
            CockroachStartingState = random.Next(2) == 0 ? "CREATED" : "LOCKED", CockroachStreamingOperationStatus = random.Next(2) == 0 ? "UNSPECIFIED" : "CRDB_EDIT_CLUSTER_RUNNING",
        });
        int Refusal() => new[] { 400, 409, 412, 500 }[random.Next(4)];
        using Core.Crdr colleague = rig.NewCore(Path.Combine(rig.Folder, "elsewhere"));
        rig.World.AddClusterClient(CloudRig.Primary, Rate, "proxy:app");
        List<string> story = [];
        for (int i = 0; i < 10; i++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(random.Next(1, 400)));
            Spoil(rig, random, story);
            CrdrStatus? before = await TryStatusAsync(rig);
            int changing = rig.Changing;
            long lost = rig.World.ClusterLoss(CloudRig.Primary);
            CrdrRequest request = Any(random) with { Timeout = TimeSpan.FromMinutes(random.Next(5, 60)) };
            TestHost host = rig.NewHost();
            int crash = random.Next(4) == 0 ? random.Next(1, 40) : int.MaxValue, told = 0;
            host.Progressed = _ =>
            {
                if (++told == crash) throw new Crash();
            };
            bool byColleague = random.Next(5) == 0;
            CrdrOperation? operation = null;
            try
            {
                operation = await (byColleague ? colleague : rig.Crdr).RunAsync(rig.Pair, request, rig.Token, host, default);
            }
            catch (Crash)
            {
            }
            story.Add($"{(byColleague ? "colleague: " : "")}{request.Verb}{(request.TakeOver ? "+" : "")}{(request.To is { } to ? $" to {to}" : "")}: {operation?.Outcome.ToString() ?? "crash"} {operation?.ErrorId}");
            string context = $"seed {seed}: {string.Join(" | ", story)}: {operation?.Message}";

            if (operation?.Outcome is CrdrOutcome.Refused or CrdrOutcome.RolledBack)
            {
                bool tried = operation.Steps.Any(s => s.Began is not null);
                Assert.True(tried || rig.Changing == changing, "refused without asking, and yet something was asked for. " + context);
            }
            if (operation is { Outcome: CrdrOutcome.Succeeded })
            {
                Assert.True(operation.PhaseAfter is not (CrdrPhase.NoWriter or CrdrPhase.SplitBrain or CrdrPhase.Unknown or CrdrPhase.Transitioning), "succeeded without a writer. " + context);
                Assert.True(rig.ProxyTarget is not null || operation.Rto is null, "succeeded with clients held off. " + context);
            }
            Assert.True(rig.World.ClusterDualWrites == 0, "two clusters took writes. " + context);
            long now = rig.World.ClusterLoss(CloudRig.Primary);
            bool moved = operation is { Outcome: CrdrOutcome.Succeeded, Rto: not null };
            if (moved && operation!.Loss is { Kind: LossKind.Bounded } bounded)
                Assert.True(now - lost <= bounded.Bound!.Value.TotalSeconds * Rate + 1, $"{now - lost} writes were lost, stated were {bounded.Bound.Value.TotalSeconds} s. " + context);
            if (operation is { Outcome: CrdrOutcome.Succeeded } && request.Verb != CrdrVerb.Failover && before?.Phase is CrdrPhase.Protected or CrdrPhase.ReadyToFailBack or CrdrPhase.FailedOver or CrdrPhase.Unprotected)
                Assert.True(now <= lost, $"a planned step lost {now - lost} writes. " + context);
        }

        // In the end somebody follows the printed commands, with a world that works, and comes home.
        rig.World.ClearFaults();
        rig.RegionBack();
        rig.RegionBack("europe-west4");
        CrdrStatus status = await rig.StatusAsync();
        for (int i = 0; i < 15 && (status.Phase != CrdrPhase.Protected || status.Findings.Any(f => f.Id == "RouteOffWriter")); i++)
        {
            rig.Time.Advance(TimeSpan.FromMinutes(11));
            string next = status.NextActions.Select(a => a.Crdr).OfType<string>().FirstOrDefault(CommandLine.Changes) ?? "";
            CrdrOperation? done = null;
            if (next.StartsWith("crdr operation resume ", StringComparison.Ordinal)) done = await rig.ResumeAsync(next.Split(' ')[3], stale: true);
            else if (next.Length == 0) rig.Time.Advance(TimeSpan.FromMinutes(30));
            else done = await rig.RunAsync(CommandLine.Read(next));
            story.Add($"{next}: {done?.Outcome} {done?.ErrorId}");
            if (done?.Outcome == CrdrOutcome.Refused && done.NextActions.Select(a => a.Crdr).OfType<string>().FirstOrDefault(c => c.StartsWith(next, StringComparison.Ordinal) && c != next) is { } way)
            {
                done = await rig.RunAsync(CommandLine.Read(way));
                story.Add($"{way}: {done.Outcome} {done.ErrorId}");
            }
            if (done?.NextActions.FirstOrDefault()?.Crdr?.Contains("--abandon") == true) rig.Crdr.Abandon(done.Id, "the world has moved on");
            status = await rig.StatusAsync();
        }
        Assert.True(status.Phase == CrdrPhase.Protected, $"seed {seed}: not brought home, {status.Phase} {status.ActiveMember}: {string.Join(" | ", story)}: {string.Join(" ", status.Findings.Select(f => f.Message))}");
        Assert.True(rig.World.ClusterDualWrites == 0, $"seed {seed}: two clusters took writes on the way home: {string.Join(" | ", story)}");
        // A fence that an abandoned operation left is told, with the command that lifts it.
        Assert.True(rig.ProxyTarget == CloudRig.Primary, $"seed {seed}: the route leads to {rig.ProxyTarget}: {string.Join(" | ", story)}");
    }

    private static CrdrRequest Any(Random random) => random.Next(8) switch
    {
        0 or 1 => CloudRig.Failover with { AllowDataLoss = random.Next(2) == 0, GiveUpHealthyPrimary = random.Next(3) == 0 },
        2 => CloudRig.Failover with { To = Side.Primary, AllowDataLoss = true },
        3 => CloudRig.Restore,
        4 => CloudRig.TakeOver,
        5 => CloudRig.Protect,
        6 => CloudRig.ToRecovery with { SkipQuietTime = random.Next(2) == 0 },
        _ => new CrdrRequest { Verb = CrdrVerb.StopReplication },
    };

    private static void Spoil(CloudRig rig, Random random, List<string> story)
    {
        switch (random.Next(10))
        {
            case 0 or 1:
                string region = random.Next(4) == 0 ? "europe-west4" : "europe-west1";
                rig.LoseRegion(region);
                story.Add($"outage of {region}");
                break;
            case 2 or 3:
                rig.RegionBack();
                rig.RegionBack("europe-west4");
                story.Add("regions back");
                break;
            case 4 or 5:
                SimulatorFaultAction[] kinds = [SimulatorFaultAction.DropBefore, SimulatorFaultAction.DropAfter, SimulatorFaultAction.HtmlBody, SimulatorFaultAction.TruncatedJson, SimulatorFaultAction.LateApply, SimulatorFaultAction.StaleReply, SimulatorFaultAction.CutReply];
                SimulatorFaultAction kind = kinds[random.Next(kinds.Length)];
                string[] targets = ["ClusterGet", "NodeList", "StreamList", "StreamCreate", "StreamUpdate", "StreamUpdate"];
                rig.World.AddFault(new()
                {
                    Kind = targets[random.Next(targets.Length)], Action = kind, Applied = random.Next(2) == 0, Times = random.Next(1, 4), DelayMs = random.Next(100, 60_000), Skip = random.Next(3),
                });
                story.Add($"fault {kind}");
                break;
            case 6:
                rig.World.ClearFaults();
                break;
        }
    }

    private static async Task<CrdrStatus?> TryStatusAsync(CloudRig rig)
    {
        try
        {
            return await rig.StatusAsync();
        }
        catch (VendorException)
        {
            return null;
        }
    }
}
