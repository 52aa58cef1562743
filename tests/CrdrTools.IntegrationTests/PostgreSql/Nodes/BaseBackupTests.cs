using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PostgreSql.Nodes;

public class BaseBackupTests
{
    [ServerFact("initdb", "pg_basebackup")]
    public async Task S12_A_base_backup_keeps_the_old_directory_and_its_settings()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), b = await lab.CreateAsync("b");
        string settings = b.Read("postgresql.conf"), before = b.Read("PG_VERSION");
        b.Write("mine.txt", "kept");
        await a.ExecuteAsync("SELECT pg_create_physical_replication_slot('b')");

        string? old = await b.Node.BaseBackupAsync(a.Conninfo, null, "b", null, default);

        Assert.Equal(("kept", before), (File.ReadAllText(Path.Combine(old!, "mine.txt")), b.Read("PG_VERSION")));
        Assert.False(File.Exists(b.At("mine.txt")));
        Assert.Equal(settings, b.Read("postgresql.conf"));
        NodeState state = await b.Node.LookAsync(default);
        Assert.Equal((true, (string?)null), (state.StartsAsStandby, state.Unfinished));
        Assert.Equal(Posix.Stat(a.Data)!.Value.Owner, Posix.Stat(b.At("postgresql.conf"))!.Value.Owner);
        await b.Node.FollowAsync(a.Conninfo, "b", default);
        await b.StartAsync();
        await NodeLab.CaughtUpAsync(a, "b");
    }

    [ServerTheory("initdb", "pg_basebackup")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S12_A_kill_between_the_renames_is_repaired_by_the_next_call(bool oldIsMoved)
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), b = await lab.StandbyAsync(a);
        await b.StopAsync();
        // As a kill leaves it: the note is durable, and none or one of the renames is done.
        string complete = b.Data + ".new-20260102T030405678Z", old = b.Data + ".old-20260102T030405678Z";
        await CopyAsync(b.Data, complete);
        b.Write("old.txt", "");
        Unfinished note = new(b.Data);
        note.Begin("a base backup", Posix.Stat(b.Data)?.Owner);
        note.BeginExchange(complete, old);
        if (oldIsMoved) note.MoveOld(old);

        Assert.NotNull((await b.Node.LookAsync(default)).Unfinished);
        await b.StartAsync();

        Assert.Equal((true, false, false), (File.Exists(Path.Combine(old, "old.txt")), File.Exists(b.At("old.txt")), Directory.Exists(complete)));
        Assert.Null((await b.Node.LookAsync(default)).Unfinished);
        await NodeLab.CaughtUpAsync(a, "b");
    }

    [ServerFact("initdb", "pg_basebackup")]
    public async Task A_base_backup_that_fails_leaves_everything_as_it_was()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), b = await lab.CreateAsync("b");

        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => b.Node.BaseBackupAsync(a.Conninfo, null, "no_such_slot", null, default));

        Assert.Equal("NodeBaseBackupFailed", error.ErrorId);
        Assert.Contains("no_such_slot", error.Message);
        Assert.DoesNotContain(Directory.GetDirectories(lab.Folder), d => Path.GetFileName(d).StartsWith("b.", StringComparison.Ordinal));
        await b.StartAsync();
    }

    [ServerFact("initdb", "pg_basebackup")]
    public async Task A_tablespace_whose_place_is_taken_is_refused_in_words()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), b = lab.Describe("b");
        OwnedFiles.CreateFolder(Path.Combine(lab.Folder, "space"), Posix.Stat(a.Data)?.Owner);
        await a.ExecuteAsync($"CREATE TABLESPACE space LOCATION '{lab.Folder}/space'");
        await a.ExecuteAsync("SELECT pg_create_physical_replication_slot('b')");

        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => b.Node.BaseBackupAsync(a.Conninfo, null, "b", null, default));

        Assert.Equal("NodeTablespaces", error.ErrorId);
        Assert.Contains("--tablespace-mapping", error.Message);
    }

    private static async Task CopyAsync(string from, string to) => await ServerProcess.RunAsync("cp", "-a", from, to);
}
