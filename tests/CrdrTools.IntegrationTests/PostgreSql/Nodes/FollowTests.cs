using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PostgreSql.Nodes;

public class FollowTests
{
    [ServerFact("initdb")]
    public async Task What_is_written_is_read_by_the_server_as_it_was_meant()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync();
        await a.StopAsync();
        a.Write("postgresql.auto.conf", "# Do not edit\nwork_mem = '5MB'\nprimary_conninfo = 'host=old port=1 user=rep password=''it\\\\''s'' passfile=/x sslmode=prefer'\nPrimary_Slot_Name 'old'\n");

        await a.Node.FollowAsync(@"host=127.0.0.1 port=1 user='o\'ne \\ two' password=never", "a", default);

        string[] lines = a.Read("postgresql.auto.conf").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.True(File.Exists(a.At("standby.signal")));
        await a.Node.StartAsync(default);
        await a.ReadyAsync();
        string seen = await a.ScalarAsync<string>("SHOW primary_conninfo");
        Assert.Equal(new Dictionary<string, string> { ["host"] = "127.0.0.1", ["port"] = "1", ["user"] = @"o'ne \ two", ["passfile"] = "/x", ["sslmode"] = "prefer", ["password"] = "it's" },
            Conninfo.Parse(seen).ToDictionary(p => p.Key, p => p.Value));
        Assert.Equal(("a", "latest", "5MB"), (await a.ScalarAsync<string>("SHOW primary_slot_name"), await a.ScalarAsync<string>("SHOW recovery_target_timeline"), await a.ScalarAsync<string>("SHOW work_mem")));
        Assert.Equal("NodeRunning", (await Assert.ThrowsAsync<CrdrException>(() => a.Node.FollowAsync("host=x", "a", default))).ErrorId);
    }

    [Theory]
    [InlineData("host=h", "host=h dbname=postgres options='-c jit=off'")]
    [InlineData("host=h dbname=d options='-c a=b'", "host=h dbname=d options='-c a=b -c jit=off'")]
    [InlineData("host = h  user = 'a b\\'c'", "host=h user='a b\\'c' dbname=postgres options='-c jit=off'")]
    [InlineData("postgresql://u@h/d", "postgresql://u@h/d?options=-c%20jit%3Doff")]
    public void A_rewind_reads_its_source_without_compiling(string given, string used) => Assert.Equal(used, Conninfo.ForRewind(given));

    [Theory]
    [InlineData("host")]
    [InlineData("host='a")]
    public void A_connection_string_that_libpq_refuses_is_refused(string given) => Assert.Throws<CrdrException>(() => Conninfo.Parse(given));
}
