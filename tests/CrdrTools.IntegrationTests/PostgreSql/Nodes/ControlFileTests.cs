using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PostgreSql.Nodes;

public class ControlFileTests
{
    [ServerFact("initdb", "pg_controldata")]
    public async Task The_bytes_of_the_control_file_and_pg_controldata_say_the_same_in_every_state()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), b = await lab.StandbyAsync(a);
        await a.ExecuteAsync("CREATE TABLE t (n int); INSERT INTO t VALUES (1); CHECKPOINT");
        await NodeLab.CaughtUpAsync(a, "b");

        Assert.Equal("in production", (await BothAsync(a)).State);
        Assert.Equal("in archive recovery", (await BothAsync(b)).State);
        await b.StopAsync();
        ControlFile standby = await BothAsync(b);
        Assert.Equal(("shut down in recovery", 1u), (standby.State, standby.MinimumRecoveryTimeline));
        Assert.NotEqual(default, standby.MinimumRecoveryEnd);
        await a.StopAsync(StopMode.Immediate);
        Assert.Equal("in production", (await BothAsync(a)).State);
        await a.StartAsync();
        await a.StopAsync();
        ControlFile ended = await BothAsync(a);
        Assert.True(ended.ShutDownAsPrimary);
        Assert.Equal((1u, 1u << 20, standby.SystemIdentifier), (ended.Timeline, ended.SegmentSize, ended.SystemIdentifier));
    }

    [ServerFact("initdb")]
    public async Task A_torn_or_unknown_control_file_is_not_believed()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.CreateAsync();
        byte[] whole = await File.ReadAllBytesAsync(a.At("global/pg_control"));
        Assert.NotNull(ControlFiles.Read(whole));
        for (int at = 0; at < 288; at++)
        {
            byte[] torn = [.. whole];
            torn[at] ^= 0x10;
            Assert.Null(ControlFiles.Read(torn));
        }
        Assert.Null(ControlFiles.Read(whole.AsSpan(0, 200)));

        byte[] damaged = [.. whole];
        damaged[35] ^= 1;
        File.WriteAllBytes(a.At("global/pg_control"), damaged);
        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => a.Node.ControlAsync(default));
        Assert.Equal("NodeControlDamaged", error.ErrorId);
        Assert.Contains("pg_control", (await a.Node.LookAsync(default)).Detail);
    }

    private static async Task<ControlFile> BothAsync(NodeServer server)
    {
        ControlFile? read = ControlFiles.Read(await File.ReadAllBytesAsync(server.At("global/pg_control")));
        ProgramEnd said = await NodeServer.Programs.RunAsync("pg_controldata", "postgres", ["-D", server.Data], NodeServer.Limit, null, default);
        Assert.NotNull(read);
        Assert.Equal(ControlFiles.Parse(said.Output), read);
        Assert.Equal(read, (await server.Node.LookAsync(default)).Control);
        return read;
    }
}
