using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;
using NpgsqlTypes;

namespace CrdrTools.IntegrationTests.PostgreSql.Nodes;

public class CommandNodeTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [ServerFact("initdb", "pg_controldata", "pg_ctl")]
    public async Task A_server_is_looked_at_started_and_stopped_by_the_operators_commands()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.CreateAsync();
        string[] run = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"];
        if (!Environment.IsPrivilegedProcess) run = [];
        string ctl = Path.Combine(NodeServer.Programs.Folder, "pg_ctl");
        CommandNode node = Node(("status", ["sh", "-c", $"test -f {a.At("postmaster.pid")} && echo running || echo stopped"]),
            ("control", [Path.Combine(NodeServer.Programs.Folder, "pg_controldata"), a.Data]),
            ("start", [.. run, ctl, "start", "-D", a.Data, "-l", a.Data + ".log"]), ("stop", [.. run, ctl, "stop", "-D", a.Data, "-m", "{mode}"]));

        await node.StartAsync(default);
        await a.ReadyAsync();
        Assert.Equal((true, "in production"), ((await node.LookAsync(default)).Running, (await node.LookAsync(default)).Control!.State));
        await node.StopAsync(StopMode.Fast, s_limit, default);

        NodeState state = await node.LookAsync(default);
        Assert.Equal((false, (string?)null), (state.Running, state.Detail));
        Assert.Equal(await a.Node.ControlAsync(default), state.Control);
    }

    [Fact]
    public async Task Values_go_into_single_arguments_and_the_environment_and_never_through_a_shell()
    {
        using TempFolder folder = new();
        string said = folder.At("said");
        string[] record = ["sh", "-c", $"printf '%s\\n' \"$@\" \"$CRDR_SOURCE\" \"$CRDR_SLOT\" \"$PGPASSWORD\" \"$CRDR_MEMBER\" > {said}; echo /kept/here", "sh", "--from={source}", "{slot}"];
        CommandNode node = Node(("basebackup", record));

        string? old = await node.BaseBackupAsync("host=h user='a b' application_name='{slot} $(id)'", "pass word", "slot one", null, default);

        Assert.Equal("/kept/here", old);
        Assert.Equal(["--from=host=h user='a b' application_name='{slot} $(id)'", "slot one", "host=h user='a b' application_name='{slot} $(id)'", "slot one", "pass word", "a"], await File.ReadAllLinesAsync(said));
    }

    [Theory]
    [InlineData("echo 'pg_rewind: no rewind required' >&2", false)]
    [InlineData("echo 'pg_rewind: Done!' >&2", true)]
    public async Task A_rewind_that_was_not_required_is_told_by_what_it_prints(string script, bool rewound)
    {
        List<string> heard = [];
        Assert.Equal(rewound, await Node(("rewind", ["sh", "-c", script])).RewindAsync("host=h", null, heard.Add, default));
        Assert.Single(heard);
    }

    [Fact]
    public async Task A_command_that_fails_or_is_missing_or_takes_too_long_is_told_apart()
    {
        CommandNode node = Node(("start", ["sh", "-c", "echo no room >&2; exit 3"]), ("stop", ["sleep", "60"]), ("opendoors", ["/no/such/program"]));
        CrdrException failed = await Assert.ThrowsAnyAsync<CrdrException>(() => node.StartAsync(default));
        Assert.Equal("NodeCommandFailed", failed.ErrorId);
        Assert.Contains("no room", failed.Message);
        Assert.Equal("NodeStopTimeout", (await Assert.ThrowsAsync<CrdrException>(() => node.StopAsync(StopMode.Fast, TimeSpan.FromMilliseconds(100), default))).ErrorId);
        Assert.Equal("NodeCommandNotStarted", (await Assert.ThrowsAsync<CrdrException>(() => node.OpenDoorsAsync(default))).ErrorId);
        CrdrException missing = await Assert.ThrowsAsync<CrdrException>(() => node.KeepWalAsync(NpgsqlLogSequenceNumber.Parse("0/1"), 1, default));
        Assert.Equal("NodeCommandMissing", missing.ErrorId);
        Assert.Contains("'keepwal'", missing.Message);
        Assert.Contains("'status'", (await node.LookAsync(default)).Detail);
    }

    [Fact]
    public async Task Without_node_control_each_thing_to_do_is_told_in_commands_without_the_password()
    {
        NoNode node = new("pg-b", "10.0.0.2", "/var/lib/it's here");
        CrdrException rewind = await Assert.ThrowsAsync<CrdrException>(() => node.RewindAsync("host=10.0.0.1 user=rep password=s3cret", "s3cret", null, default));
        Assert.Equal("NodeNeedsHands", rewind.ErrorId);
        Assert.Contains("10.0.0.2", rewind.Message);
        Assert.Contains(@"pg_rewind --target-pgdata='/var/lib/it'\''s here' --source-server='host=10.0.0.1 user=rep dbname=postgres options='\''-c jit=off'\'''", rewind.Message);
        Assert.DoesNotContain("s3cret", rewind.Message);
        Assert.Contains("-m immediate", (await Assert.ThrowsAsync<CrdrException>(() => node.StopAsync(StopMode.Immediate, s_limit, default))).Message);
        Assert.Contains("primary_slot_name = 'b'", (await Assert.ThrowsAsync<CrdrException>(() => node.FollowAsync("host=h", "b", default))).Message);
        Assert.Equal((false, (bool?)null), (node.CanAct, (await node.LookAsync(default)).Running));
    }

    private static CommandNode Node(params (string Name, string[] Command)[] commands) =>
        new("a", commands.ToDictionary(c => c.Name, c => (IReadOnlyList<string>)c.Command), s_limit);
}
