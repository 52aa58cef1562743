using CrdrTools.Core.Stores;
using CrdrTools.IntegrationTests.Support;
using CrdrTools.Tests.Cli;
using Xunit.Abstractions;
using TwoServers = CrdrTools.IntegrationTests.PgBouncer.TwoServers;

namespace CrdrTools.IntegrationTests.Operations;

/// <summary>S31: the whole tool, a process of its own, is gone right after each line of its journal, while clients write through a real proxy.</summary>
[Collection(WholeOperations.Name)]
public class KilledToolTests(TwoServers servers, ITestOutputHelper output)
{
    private static readonly JournalKind[] s_kinds = [JournalKind.Intent, JournalKind.Accepted, JournalKind.Done];

    [ServerTheory("haproxy", "pgbouncer", "initdb")]
    [InlineData("app")]
    [InlineData("pool")]
    public async Task S31_Killed_after_each_line_of_its_journal_the_switchover_is_told_truly_and_resumed_to_its_end(string route)
    {
        await using WholeRig rig = new(servers);
        if (route == "app") await rig.AddHAProxiesAsync();
        else rig.AddBouncer();
        await rig.BeginAsync(each: 2);
        Side on = Side.Primary;
        // A PgBouncer that was switched is not fenced any more: there is nothing left to lift.
        string[] steps = route == "app" ? [$"fence-{route}", "take-over", $"switch-{route}", $"unfence-{route}"] : [$"fence-{route}", "take-over", $"switch-{route}"];
        // That an answer came is no different moment for the one route than for the other.
        IReadOnlyList<JournalKind> kinds = route == "app" ? s_kinds : [JournalKind.Intent, JournalKind.Done];
        foreach ((string? step, JournalKind kind) in steps.SelectMany(s => kinds.Select(k => ((string?)s, k))).Prepend((null, JournalKind.Begin)))
        {
            string moment = $"{kind} {step}";
            Side to = on == Side.Primary ? Side.Recovery : Side.Primary;
            await KillAfterAsync(rig, to, e => e.Kind == kind && (step is null || e.Step!.StartsWith(step, StringComparison.Ordinal)), moment);

            IReadOnlyList<JournalEntry> journal = rig.Journalled;
            CrdrStatus status = await rig.StatusAsync();
            bool ended = journal[^1].Kind == JournalKind.End;
            output.WriteLine($"to be killed after {moment}, was after {journal[^1].Kind} {journal[^1].Step}: {status.Phase}");
            if (!ended)
            {
                string id = status.OpenOperation ?? throw new InvalidOperationException($"after {moment} nothing is said to be open");
                Assert.Null(status.HeldBy);
                Assert.Contains(status.NextActions, a => a.Crdr == $"crdr operation resume {id}");
                AssertTold(status, journal, on, route, moment);
                CrdrOperation resumed = await ResumeAsync(rig, id, asProcess: kind == JournalKind.Done && step!.StartsWith("fence-", StringComparison.Ordinal));
                Assert.True(resumed.Outcome == CrdrOutcome.Succeeded, $"after {moment}: {resumed.Outcome} {resumed.ErrorId}: {resumed.Message}");
            }

            await rig.AssertRoutesOnAsync(to);
            Assert.Equal("active", rig.Role(to));
            Assert.Equal(1, rig.World.Requests.Count(r => r is { Kind: "ServiceUpdate", Applied: true }));
            rig.World.ClearRequests();
            await rig.ClientsOnAsync(to);
            long old = await rig.RowsAsync(on);
            await rig.ClientsOnAsync(to);
            Assert.True(old == await rig.RowsAsync(on), $"after {moment} somebody still writes to the {on} side");
            on = to;
        }
        if (route == "pool") Assert.Equal(0, rig.Clients.Errors);
        output.WriteLine(rig.Clients.Report);
    }

    /// <summary>Who is killed between fence and switch leaves clients cut off: the status says so, by whom, and how to go on.</summary>
    private static void AssertTold(CrdrStatus status, IReadOnlyList<JournalEntry> journal, Side old, string route, string moment)
    {
        bool fenced = journal.Any(e => e.Kind == JournalKind.Done && e.Step == $"fence-{route}"), switching = journal.Any(e => e.Kind == JournalKind.Intent && e.Step == $"switch-{route}");
        if (!fenced || switching) return;
        CrdrRouteStatus seen = Assert.Single(status.Routes);
        Assert.True(seen.Fenced.Contains(old), $"after {moment}: {seen.Detail}");
        // While the roles are changing nobody is the writer, and no route can be off it.
        Assert.True(status.ActiveMember is null || status.Findings.Any(f => f.Id == "RouteOffWriter" && f.Message.Contains(status.OpenOperation!)),
            $"after {moment}: {status.Phase}, {seen.Detail}; {string.Join("; ", status.Findings.Select(f => f.Message))}");
    }

    private static async Task KillAfterAsync(WholeRig rig, Side to, Func<JournalEntry, bool> line, string moment)
    {
        HashSet<string> before = [.. new FileStateStore(rig.State).Journals(WholeRig.Pair)];
        using CrdrProcess process = CrdrProcess.Start(Environment(rig), "switchover", WholeRig.Pair, "--to", to.ToString().ToLowerInvariant(), "--yes");
        Task<(int Code, string Out, string Err)> end = process.EndAsync();
        bool written = false;
        while (!written && !end.IsCompleted)
        {
            string? path = new FileStateStore(rig.State).Journals(WholeRig.Pair).FirstOrDefault(j => !before.Contains(j));
            written = path is not null && Journal.Read(path).Entries.Any(line);
            if (!written) Thread.Sleep(1);
        }
        if (end.IsCompleted && (await end).Code != 0) Assert.Fail($"before {moment}: {(await end).Out}{(await end).Err}");
        if (!end.IsCompleted) await process.KillAsync();
    }

    private static async Task<CrdrOperation> ResumeAsync(WholeRig rig, string id, bool asProcess)
    {
        if (!asProcess) return await rig.ResumeAsync(id);
        (_, string said, _) = await CrdrProcess.RunAsync(Environment(rig), "status", WholeRig.Pair);
        Assert.Contains($"crdr operation resume {id}", said);
        (int code, string output, string errors) = await CrdrProcess.RunAsync(Environment(rig), "operation", "resume", id, "--settle-time", "1");
        Assert.True(code == 0, output + errors);
        return rig.Crdr.Operation(id);
    }

    private static Dictionary<string, string> Environment(WholeRig rig) =>
        new() { ["CRDR_STATE"] = rig.State, ["CRDR_PAIRS"] = rig.PairFile, ["AIVEN_TOKEN"] = "demo", ["DOTNET_TieredPGO"] = "0" };
}
