using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Engine;

/// <summary>
/// Safety rules S29 and S30: clients write all the time while outages, faults, crashes, a colleague with a store of his own and
/// operators' verbs come in seeded order. What the clients were promised is counted in their own history, not read off roles.
/// </summary>
public class InvariantTests
{
    /// <summary>Seeds that found something once.</summary>
    private static readonly int[] s_kept = [78];

    public static TheoryData<int> Seeds
    {
        get
        {
            int count = int.TryParse(Environment.GetEnvironmentVariable("CRDR_SEEDS"), out int asked) ? asked : 25;
            return [.. s_kept.Concat(Enumerable.Range(1, count)).Distinct()];
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task S30_Whatever_happens_the_promises_hold(int seed)
    {
        Random random = new(seed);
        using Rig rig = new(s => s with { RebuildSeconds = random.Next(1, 600), FailoverSeconds = random.NextDouble() * 20, TakeoverSeconds = random.NextDouble() * 60 });
        using Core.Crdr colleague = rig.NewCore(Path.Combine(rig.Folder, "elsewhere"));
        rig.World.AddClient("demo", "pg-demo", 5);
        List<string> story = [];
        long lost = 0;
        for (int i = 0; i < 12; i++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(random.Next(1, 400)));
            Spoil(rig, random, story);
            CrdrStatus? before = await TryStatusAsync(rig);
            int changing = rig.Changing;
            CrdrRequest request = Any(random) with { Timeout = TimeSpan.FromMinutes(random.Next(1, 30)) };
            TestHost host = new();
            int crash = random.Next(4) == 0 ? random.Next(1, 12) : int.MaxValue;
            int told = 0;
            host.Progressed = _ =>
            {
                if (++told == crash) throw new Crash();
            };
            bool byColleague = random.Next(5) == 0;
            CrdrOperation? operation = null;
            try
            {
                operation = await (byColleague ? colleague : rig.Crdr).RunAsync(rig.Pair, request, "demo", host, default);
            }
            catch (Crash)
            {
            }
            story.Add($"{(byColleague ? "colleague: " : "")}{request.Verb}{(request.TakeOver ? "+" : "")}{(request.To is { } to ? $" to {to}" : "")}: {operation?.Outcome.ToString() ?? "crash"} {operation?.ErrorId}");
            string context = $"seed {seed}: {string.Join(" | ", story)}: {operation?.Message}";

            if (operation?.Outcome == CrdrOutcome.Refused)
            {
                bool tried = operation.Steps.Any(s => s.Began is not null);
                Assert.True(tried || rig.Changing == changing, "refused without asking, and yet something was asked for. " + context);
                Assert.True(operation.Message.Contains("Nothing was changed") || operation.ErrorId is not null, context);
            }
            if (operation is { Outcome: CrdrOutcome.Succeeded })
            {
                Assert.True(operation.PhaseAfter is not (CrdrPhase.NoWriter or CrdrPhase.SplitBrain or CrdrPhase.Unknown), "succeeded without a writer. " + context);
                if (request.Verb == CrdrVerb.Failover && operation.Rto is not null)
                    Assert.False(rig.World.Service("demo", "pg-demo").AcceptsWrites, "the given-up primary takes writes. " + context);
            }
            Assert.True(rig.World.DualWrites == 0, "two services took writes. " + context);

            // Only an outage or a failover may lose anything; a planned step may not.
            long now = rig.World.Loss("demo", "pg-demo");
            bool planned = operation is { Outcome: CrdrOutcome.Succeeded } && request.Verb != CrdrVerb.Failover && before?.Phase is CrdrPhase.Protected or CrdrPhase.ReadyToFailBack;
            if (planned && rig.World.Outages.Count == 0) Assert.True(now <= lost, $"a planned step lost {now - lost} writes. " + context);
            lost = now;
        }

        // In the end somebody follows the printed commands, with a world that works, and comes home.
        rig.World.ClearFaults();
        rig.RegionBack();
        rig.World.SetOutage("google-europe-west4", false);
        CrdrStatus status = await rig.StatusAsync();
        for (int i = 0; i < 12 && status.Phase != CrdrPhase.Protected; i++)
        {
            rig.Time.Advance(TimeSpan.FromMinutes(11));
            string next = status.NextActions.Select(a => a.Crdr).OfType<string>().FirstOrDefault(CockroachCloud.CommandLine.Changes) ?? "";
            CrdrOperation? done = next.Split(' ') switch
            {
                ["crdr", "operation", "resume", var id] => await rig.ResumeAsync(id, stale: true),
                ["crdr", "failover", ..] => await rig.RunAsync(Rig.Failover),
                ["crdr", "restore", ..] words => await rig.RunAsync(new() { Verb = CrdrVerb.Restore, TakeOver = words.Contains("--take-over") }),
                _ => null,
            };
            if (done?.NextActions.FirstOrDefault()?.Crdr?.Contains("--abandon") == true) rig.Crdr.Abandon(done.Id, "the world has moved on");
            story.Add($"{next}: {done?.Outcome} {done?.ErrorId}");
            status = await rig.StatusAsync();
        }
        Assert.True(status.Phase == CrdrPhase.Protected, $"seed {seed}: not brought home, {status.Phase}: {string.Join(" | ", story)}");
        Assert.Equal(0, rig.World.DualWrites);
    }

    private static CrdrRequest Any(Random random) => random.Next(6) switch
    {
        0 or 1 => Rig.Failover with { GiveUpHealthyPrimary = random.Next(3) == 0 },
        2 => Rig.Restore,
        3 => Rig.TakeOver,
        4 => Rig.ToRecovery with { SkipQuietTime = random.Next(2) == 0 },
        _ => Rig.ToPrimary,
    };

    private static void Spoil(Rig rig, Random random, List<string> story)
    {
        switch (random.Next(10))
        {
            case 0 or 1:
                rig.LoseRegion();
                story.Add("outage");
                break;
            case 2 or 3:
                rig.RegionBack();
                story.Add("region back");
                break;
            case 4 or 5:
                SimulatorFaultAction[] kinds = [SimulatorFaultAction.DropBefore, SimulatorFaultAction.DropAfter, SimulatorFaultAction.HtmlBody, SimulatorFaultAction.TruncatedJson, SimulatorFaultAction.LateApply, SimulatorFaultAction.StaleReply, SimulatorFaultAction.CutReply];
                SimulatorFaultAction kind = kinds[random.Next(kinds.Length)];
                rig.World.AddFault(new()
                {
                    Kind = random.Next(3) == 0 ? "ServiceGet" : "ServiceUpdate", Action = kind, Applied = random.Next(2) == 0, Times = random.Next(1, 4), DelayMs = random.Next(100, 60_000),
                    Skip = random.Next(3),
                });
                story.Add($"fault {kind}");
                break;
            case 6:
                rig.World.ClearFaults();
                break;
        }
    }

    private static async Task<CrdrStatus?> TryStatusAsync(Rig rig)
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
