using System.CommandLine;
using System.Runtime.CompilerServices;
using CrdrTools.Cli;
using CrdrTools.Core.Operations;

namespace CrdrTools.Tests.Cli;

/// <summary>What the commands over clusters can be given, and what is none of it.</summary>
public class CockroachOptionTests
{
    private static readonly (string Command, CrdrVerb Verb, bool Moves)[] s_faces =
    [
        ("failover", CrdrVerb.Failover, true), ("switchover", CrdrVerb.Switchover, true), ("restore", CrdrVerb.Restore, true), ("setup", CrdrVerb.Setup, false),
        ("stream new", CrdrVerb.Setup, false), ("stream new-failback", CrdrVerb.Restore, false), ("stream complete", CrdrVerb.Switchover, true), ("stream stop", CrdrVerb.StopReplication, false),
        ("failback full", CrdrVerb.Restore, true), ("failback create-stream", CrdrVerb.Restore, false), ("failback initiate", CrdrVerb.Switchover, true),
        ("route switch", CrdrVerb.SwitchRoute, false),
    ];

    /// <summary>Judged before writes move, and so by no command that only copies.</summary>
    private static readonly string[] s_ofMoves = ["QuietTime", "WritersFenced", "FailoverAtKeepsAll", "LossBound", "OutageEvident", "NothingIsLostByPromotion", "RoutesReady"];

    public static TheoryData<string> Faces => [.. s_faces.Select(f => f.Command)];

    [Theory]
    [MemberData(nameof(Faces))]
    public void Every_override_that_a_guard_names_is_an_option_of_every_command_it_can_block(string command)
    {
        (_, CrdrVerb verb, bool moves) = s_faces.Single(f => f.Command == command);
        string[] offered = Options(command);
        List<string> missing = [];
        int seen = 0;
        foreach (Type type in typeof(Guard).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Guard)) && !t.IsAbstract))
        {
            Guard guard = (Guard)RuntimeHelpers.GetUninitializedObject(type);
            if (guard.Override is not { } way || GuardTable.Stance(guard.Name, verb) != GuardStance.Block || (!moves && s_ofMoves.Contains(guard.Name))) continue;
            seen++;
            string option = CommandText.Unix(way).Split(' ')[0];
            if (!offered.Contains(option)) missing.Add($"{guard.Name}: {option}");
        }
        Assert.True(seen > 0);
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_override_that_a_guard_names_can_be_given_to_a_resume_too()
    {
        string[] offered = Options("operation resume");
        IEnumerable<string> named = typeof(Guard).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Guard)) && !t.IsAbstract)
            .Select(t => ((Guard)RuntimeHelpers.GetUninitializedObject(t)).Override).OfType<string>().Select(o => CommandText.Unix(o).Split(' ')[0]).Distinct();
        Assert.Empty(named.Except(offered));
    }

    [Theory]
    [MemberData(nameof(Faces))]
    public void Every_changing_command_asks_unless_told_and_can_be_left_early(string command) =>
        // A route obeys while it is asked: there is nothing to come back for.
        Assert.Equal(command == "route switch" ? ["--no-wait"] : Array.Empty<string>(),
            new[] { "--yes", "--no-wait", "--what-if", "--json", "--reason", "--operation-id" }.Except(Options(command)));

    [Theory]
    [MemberData(nameof(Faces))]
    public void Routes_can_be_left_alone_wherever_writes_move(string command) =>
        Assert.Equal(s_faces.Single(f => f.Command == command).Moves, Options(command).Contains("--no-route"));

    [Theory]
    [MemberData(nameof(Faces))]
    public void A_time_to_go_back_to_is_an_option_where_writes_move(string command)
    {
        bool moves = s_faces.Single(f => f.Command == command).Moves;
        Assert.Equal(moves, Options(command).Contains("--failover-at"));
        if (!moves) return;
        string[] words = [.. command.Split(' '), "p", .. command switch { "switchover" => (string[])["--to", "recovery"], "restore" => ["--take-over"], _ => [] }];
        foreach (string good in new[] { "2026-01-31T03:00:00Z", "2026-01-31T03:00:00.25+01:00", "2026-01-31 03:00Z" }) Assert.Empty(Errors([.. words, "--failover-at", good]));
        foreach (string bad in new[] { "soon", "03:00", "2026-01-31", "2026-01-31T03:00:00", "2026-13-31T03:00:00Z", "31.01.2026 03:00Z", "" })
        {
            string said = string.Join(" ", Errors([.. words, "--failover-at", bad]));
            Assert.Contains("[FailoverAtInvalid]", said);
            Assert.Contains("2026-01-31T03:00:00Z", said);
        }
    }

    [Fact]
    public async Task A_time_that_is_none_ends_with_2_and_sends_nothing()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        (int code, _, string err) = await rig.RunAsync("failover", CloudCliRig.Primary, "--yes", "--failover-at", "soon");
        Assert.Equal(2, code);
        Assert.Contains("[FailoverAtInvalid]", err);
        Assert.Contains("2026-01-31T03:00:00Z", err);
        Assert.Empty(rig.World.Requests);
    }

    [Fact]
    public void Restoring_to_a_time_or_in_a_window_needs_a_take_over()
    {
        Assert.Contains("[FailoverAtWithoutTakeOver]", Errors("restore", "p", "--failover-at", "2026-01-31T03:00:00Z").Single());
        Assert.Contains("[WindowWithoutTakeOver]", Errors("restore", "p", "--take-over-window", "02:00-03:00").Single());
        Assert.Empty(Errors("restore", "p", "--take-over", "--failover-at", "2026-01-31T03:00:00Z", "--take-over-window", "02:00-03:00"));
        Assert.Empty(Errors("failback", "full", "p", "--failover-at", "2026-01-31T03:00:00Z", "--take-over-window", "02:00-03:00"));
    }

    [Fact]
    public void What_a_command_settles_by_itself_is_no_option_of_it()
    {
        Assert.DoesNotContain("--take-over", Options("failback full"));
        Assert.DoesNotContain("--take-over", Options("failback create-stream"));
        Assert.DoesNotContain("--to", Options("failback initiate"));
        Assert.DoesNotContain("--cloud", Options("stream new"));
        Assert.False(((Option)Find("stream complete").Options.Single(o => o.Name == "--to")).Required);
        Assert.True(Find("switchover").Options.Single(o => o.Name == "--to").Required);
    }

    [Fact]
    public async Task Failing_over_to_the_primary_is_the_way_home_in_a_second_disaster()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        await rig.FailedOverAsync();
        Assert.Equal(0, (await rig.RunAsync("failback", "create-stream", CloudCliRig.Primary, "--yes", "--discard-writes-on", "primary")).Code);
        rig.World.SetOutage("europe-west4", true);
        (int code, string output, _) = await rig.RunAsync("failover", CloudCliRig.Primary, "--yes", "--to", "primary");
        Assert.True(code == 0, output);
        Assert.Equal((2, ("primary", "recovery")), (rig.Completed, rig.Route));
    }

    [Theory]
    [InlineData("a (override: -AllowUnfenced). b (override: -DiscardWritesOn Recovery)", "a (override: --allow-unfenced). b (override: --discard-writes-on recovery)")]
    [InlineData("finish it with: Resume-CrdrOperation -Id 20260131-030000-restore-1a2b", "finish it with: crdr operation resume 20260131-030000-restore-1a2b")]
    [InlineData("Take it up with: Resume-CrdrOperation -Id x.1 (crdr operation resume x.1), or close it with: Stop-CrdrOperation -Id x.1 -Abandon -Reason '...' (crdr operation stop x.1 --abandon --reason '...')",
        "Take it up with: crdr operation resume x.1, or close it with: crdr operation stop x.1 --abandon --reason '...'")]
    [InlineData("begin with Stop-CrdrOperation -Id x -Abandon -Reason '...', and", "begin with crdr operation stop x --abandon --reason '...', and")]
    [InlineData("Replace it with -Force (crdr: --force).", "Replace it with --force.")]
    [InlineData("Give -Token, or register the pair with -Secret env:NAME (crdr: --secret env:NAME).", "Give -Token, or register the pair with --secret env:NAME.")]
    [InlineData("give -MaxDataLoss, or the pair an RPO", "give --max-data-loss, or the pair an RPO")]
    [InlineData("takes none (override: -AllowInactive pg-Primary-2)", "takes none (override: --allow-inactive pg-Primary-2)")]
    [InlineData("crdb-Demo -> crdb-To: 3 -To Primary", "crdb-Demo -> crdb-To: 3 --to primary")]
    public void What_the_core_says_in_PowerShell_is_said_as_it_is_typed_here(string core, string here) => Assert.Equal(here, Output.InOurWords(core));

    [Fact]
    public void Every_command_that_the_core_prints_can_be_typed()
    {
        foreach (CrdrVerb verb in Enum.GetValues<CrdrVerb>())
        {
            CrdrRequest plain = new() { Verb = verb, To = verb is CrdrVerb.Switchover or CrdrVerb.Failover or CrdrVerb.SwitchRoute or CrdrVerb.Repair ? Side.Primary : null }, full = plain with
            {
                TakeOver = verb == CrdrVerb.Restore, AllowUnfenced = true, SoleController = true, NoRoute = true, AllowDataLoss = true, FailoverAt = DateTimeOffset.UnixEpoch,
                GiveUpHealthyPrimary = verb == CrdrVerb.Failover, SkipQuietTime = verb != CrdrVerb.Failover, TakeOverWindow = verb == CrdrVerb.Restore ? "02:00-03:00" : null,
                DiscardWritesOn = verb == CrdrVerb.Restore ? Side.Primary : null,
            };
            if (verb is CrdrVerb.Setup) full = plain with { DiscardWritesOn = Side.Recovery, SoleController = true, Options = new Dictionary<string, string> { ["cloud"] = "c", ["plan"] = "p" } };
            if (verb is CrdrVerb.StopReplication) full = plain with { SoleController = true };
            if (verb is CrdrVerb.SwitchRoute) full = plain with { SoleController = true, Routes = ["app", "reports"], AllowInactive = "pg-demo" };
            if (verb is CrdrVerb.Repair) full = plain with { SoleController = true };
            if (verb is CrdrVerb.Switchover) full = full with { ForceAfter = TimeSpan.FromMinutes(5) };
            foreach (CrdrRequest request in new[] { plain, full })
            {
                string printed = CommandText.For("p", request).Crdr;
                Assert.True(Errors(printed.Split(' ')[1..]).Count == 0, printed);
            }
        }
    }

    [Theory]
    [InlineData("[FailoverAtNotOffered]", "switchover", "pg-demo", "--to", "recovery", "--failover-at", "2026-01-31T03:00:00Z")]
    [InlineData("[StreamNotOffered]", "stream", "complete", "pg-demo", "--to", "recovery", "--id", "x")]
    [InlineData("[VerbNotOffered]", "stream", "stop", "pg-demo")]
    [InlineData("[FailoverNotPossible]", "failover", "pg-demo", "--to", "primary")]
    public async Task What_only_clusters_have_is_a_usage_error_elsewhere(string says, params string[] command)
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        (int code, string output, string err) = await rig.RunAsync([.. command, "--yes"]);
        Assert.True(code == 2, $"{code} {output}{err}");
        Assert.Contains(says, output + err);
        Assert.DoesNotContain(rig.Server.World.Requests, r => r.Changing);
    }

    private static Command Find(string path) => path.Split(' ').Aggregate((Command)CrdrCommandLine.Build(), (at, name) => at.Subcommands.Single(c => c.Name == name));

    private static string[] Options(string path) => [.. Find(path).Options.Select(o => o.Name)];

    private static List<string> Errors(params string[] arguments) => [.. CrdrCommandLine.Build().Parse(arguments).Errors.Select(e => e.Message)];
}
