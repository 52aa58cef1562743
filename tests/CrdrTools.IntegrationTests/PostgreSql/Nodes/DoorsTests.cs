using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PostgreSql.Nodes;

public class DoorsTests
{
    private const string Hba = """
        # TYPE  DATABASE  USER  ADDRESS  METHOD
        host    "app", postgres   crdr, app   127.0.0.1/32   scram-sha-256   # both
        host    all   legacy   127.0.0.1   255.255.255.255   md5
        local   all   postgres   trust
        host    all   postgres   127.0.0.1/32   trust
        host    replication, postgres   rep   127.0.0.1/32   scram-sha-256
        host    all   all   127.0.0.1/32   scram-sha-256
        host    replication   all   127.0.0.1/32   trust

        """;

    [ServerTheory("initdb", "pg_basebackup")]
    [InlineData("crdr")]
    [InlineData("legacy")]
    public async Task Closed_doors_let_only_the_operator_in_by_his_password_and_the_standby_and_open_ones_are_as_before(string user)
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync();
        await a.ExecuteAsync("CREATE ROLE crdr LOGIN PASSWORD 's3cret'; CREATE ROLE app LOGIN PASSWORD 's3cret'; CREATE ROLE rep LOGIN REPLICATION PASSWORD 's3cret'");
        await a.ExecuteAsync("SET password_encryption = 'md5'; CREATE ROLE legacy LOGIN PASSWORD 's3cret'");
        a.Write("pg_hba.conf", Hba);
        UnixFileMode mode = Mode(a);
        FileOwner owner = Posix.Stat(a.At("pg_hba.conf"))!.Value.Owner;
        await ReloadAsync(a);
        Assert.True(await EntersAsync(a, "app"));
        await using NpgsqlConnection before = await a.OpenAsync();
        Assert.Null(await RuleErrorsAsync(before));

        for (int twice = 0; twice < 2; twice++) await a.Node.CloseDoorsAsync(user, "rep", default);
        await ReloadAsync(a, before);

        Assert.True(await EntersAsync(a, user));
        Assert.False(await EntersAsync(a, user, "wrong"));
        foreach (string other in new[] { "app", "postgres", "crdr", "legacy" }.Where(o => o != user)) Assert.False(await EntersAsync(a, other));
        Assert.True(await ReplicatesAsync(a, "rep"));
        Assert.False(await ReplicatesAsync(a, "postgres"));
        Assert.Null(await RuleErrorsAsync(before));
        Assert.Equal((mode, owner), (Mode(a), Posix.Stat(a.At("pg_hba.conf"))!.Value.Owner));

        for (int twice = 0; twice < 2; twice++) await a.Node.OpenDoorsAsync(default);
        Assert.Equal(Hba, a.Read("pg_hba.conf"));
        await ReloadAsync(a, before);
        Assert.True(await EntersAsync(a, "app"));
    }

    [Fact]
    public void An_entry_that_turns_the_operator_away_before_another_lets_him_in_still_does()
    {
        string[] closed = HbaDoors.Close("host db crdr 10.0.0.0/8 reject\nhost all all all md5\n", "crdr", "rep")!.Split('\n');
        Assert.Equal(["host db \"crdr\" 10.0.0.0/8 reject", "host all \"crdr\" all md5", "local all all reject"], closed[1..4]);
    }

    [Theory]
    [InlineData("host all \"all\" all md5")]
    [InlineData("host replication all all md5")]
    [InlineData("host all +admins all md5")]
    [InlineData("# host all all all md5")]
    public void Doors_that_would_keep_the_operator_out_stay_open(string hba) => Assert.Null(HbaDoors.Close(hba + "\n", "crdr", "rep"));

    [Fact]
    public void What_was_changed_while_the_doors_were_closed_stays()
    {
        string closed = HbaDoors.Close("host all all all md5\n", "crdr", "rep")!;
        Assert.Equal("host all all all md5\nhost all new all md5\n", HbaDoors.Open(closed + "host all new all md5\n"));
        Assert.Equal("HbaDamaged", Assert.Throws<CrdrException>(() => HbaDoors.Open(closed.Replace("doors: end", ""))).ErrorId);
    }

    private static async Task<string?> RuleErrorsAsync(NpgsqlConnection by)
    {
        await using NpgsqlCommand rules = new("SELECT string_agg(error, ' ') FROM pg_hba_file_rules", by);
        return await rules.ExecuteScalarAsync() as string;
    }

    private static UnixFileMode Mode(NodeServer server) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(server.At("pg_hba.conf"));

    private static async Task ReloadAsync(NodeServer server, NpgsqlConnection? by = null)
    {
        await using NpgsqlConnection? own = by is null ? await server.OpenAsync() : null;
        NpgsqlConnection connection = by ?? own!;
        // The time that the postmaster gives is of the moment in which it has read its files.
        await using NpgsqlCommand time = new("SELECT pg_conf_load_time()", connection), reload = new("SELECT pg_reload_conf()", connection);
        object? before = await time.ExecuteScalarAsync();
        await reload.ExecuteScalarAsync();
        await Poll.UntilAsync(async () => !Equals(before, await time.ExecuteScalarAsync()), () => "not reloaded");
    }

    private static async Task<bool> EntersAsync(NodeServer server, string user, string password = "s3cret")
    {
        await using NpgsqlConnection connection = new($"Host=127.0.0.1;Port={server.Port};Username={user};Password={password};Database=postgres;Pooling=false;SSL Mode=Disable");
        try
        {
            await connection.OpenAsync();
            return true;
        }
        catch (PostgresException e) when (e.SqlState is "28000" or "28P01")
        {
            return false;
        }
    }

    private static async Task<bool> ReplicatesAsync(NodeServer server, string user) =>
        (await NodeServer.Programs.RunAsync("pg_receivewal", null, ["-d", $"host=127.0.0.1 port={server.Port} user={user}", "--slot=probe", "--create-slot", "--if-not-exists", "-w"], NodeServer.Limit, null, default, "s3cret")).ExitCode == 0;
}
