using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using CrdrTools.Simulator;
using Npgsql;

namespace CrdrTools.Tests.Simulator;

/// <summary>SQL to the simulated clusters: their clocks, their settings, probes, and who is not let in.</summary>
public sealed class CockroachSqlTests : IDisposable
{
    private const string Primary = SqlRehearsal.Primary;
    private const string Standby = SqlRehearsal.Standby;
    private const string Clock = "SELECT cluster_logical_timestamp()::STRING";
    private const string Setting = "server.time_until_store_dead";
    private readonly SqlRehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Theory]
    [InlineData(0, "1772334000000000000.0000000000")]
    [InlineData(2.5, "1772334002500000000.0000000000")]
    [InlineData(-60, "1772333940000000000.0000000000")]
    public async Task A_clusters_clock_is_simulated_time_and_its_skew(double skew, string time)
    {
        _r.Cloud.Set(s => s with { CockroachClockSkewSeconds = skew });
        Assert.Equal(time, await _r.Run(Clock));
        Assert.Equal(time, await _r.Run("SELECT cluster_logical_timestamp()"));
    }

    [Fact]
    public async Task A_clusters_clock_moves_with_the_simulated_one_to_the_tick()
    {
        _r.Cloud.Set(s => s with { ClockFactor = 60 });
        _r.Cloud.Time.Advance(1);
        _r.World.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("1772334060000000100.0000000000", await _r.Run(Clock));
    }

    [Fact]
    public async Task A_clusters_clock_is_one_column_of_its_name()
    {
        await using var connection = await _r.Open();
        await using var command = new NpgsqlCommand(Clock, connection);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal((1, "cluster_logical_timestamp", typeof(string)), (reader.FieldCount, reader.GetName(0), reader.GetFieldType(0)));
        Assert.False(await reader.ReadAsync());
    }

    [Theory]
    [InlineData(60.1)]
    [InlineData(-60.1)]
    [InlineData(double.NaN)]
    public void A_skew_out_of_range_is_refused(double skew) =>
        Assert.Throws<ArgumentException>(() => _r.Cloud.Set(s => s with { CockroachClockSkewSeconds = skew }));

    [Fact]
    public async Task A_cluster_says_what_it_is()
    {
        Assert.StartsWith("CockroachDB CCL v25.2.4 ", (string?)await _r.Run("SELECT version()"));
        Assert.Equal(1L, await _r.Run("SELECT 1"));
    }

    [Theory]
    [InlineData("server.time_until_store_dead", "5m0s")]
    [InlineData("kv.rangefeed.enabled", "false")]
    [InlineData("physical_replication.enabled", "true")]
    [InlineData("server.shutdown.connections.timeout", "0s")]
    public async Task A_setting_is_shown_set_and_set_back(string name, string value)
    {
        Assert.Equal(value, await _r.Run($"SHOW CLUSTER SETTING {name}"));
        await _r.Run($"SET CLUSTER SETTING {name} = 'an''other'");
        Assert.Equal("an'other", await _r.Run($"SHOW CLUSTER SETTING {name}"));
        Assert.Equal("an'other", _r.World.ClusterSetting(Primary, name));
        Assert.Equal(value, _r.World.ClusterSetting(Standby, name));
        await _r.Run($"SET CLUSTER SETTING {name} = DEFAULT");
        Assert.Equal(value, _r.World.ClusterSetting(Primary, name));
    }

    [Theory]
    [InlineData("true", "true")]
    [InlineData("TRUE", "true")]
    [InlineData("30", "30")]
    public async Task A_setting_is_also_set_to_a_word_or_a_number(string literal, string value)
    {
        await _r.Run("SET CLUSTER SETTING kv.rangefeed.enabled = " + literal);
        Assert.Equal(value, _r.World.ClusterSetting(Primary, "kv.rangefeed.enabled"));
    }

    [Fact]
    public async Task A_setting_is_also_set_to_a_parameter()
    {
        await using var connection = await _r.Open();
        await SqlRehearsal.Run(connection, $"SET CLUSTER SETTING {Setting} = $1", "75s");
        Assert.Equal("75s", _r.World.ClusterSetting(Primary, Setting));
    }

    [Theory]
    [InlineData("SET CLUSTER SETTING kv.colour = 'red'")]
    [InlineData("SHOW CLUSTER SETTING kv.colour")]
    public async Task A_setting_there_is_not_is_refused(string sql)
    {
        var refused = await SqlRehearsal.Refused(() => _r.Run(sql));
        Assert.Equal(("42704", "unknown cluster setting 'kv.colour'", "ERROR"), (refused.SqlState, refused.MessageText, refused.Severity));
        Assert.Throws<ArgumentException>(() => _r.World.ClusterSetting(Primary, "kv.colour"));
        Assert.Throws<ArgumentException>(() => _r.World.ClusterSetting("nothing", Setting));
        Assert.Throws<ArgumentException>(() => _r.World.ProbeWrites("nothing"));
    }

    [Fact]
    public async Task Another_cluster_of_the_same_name_and_a_reset_begin_anew()
    {
        await _r.Run($"SET CLUSTER SETTING {Setting} = '75s'");
        await _r.Probe();
        _r.World.RecreateCluster(Primary);
        Assert.Equal(("5m0s", 0), (_r.World.ClusterSetting(Primary, Setting), _r.World.ProbeWrites(Primary)));
        await _r.Probe();
        Assert.Equal(1, _r.World.ProbeWrites(Primary));
        _r.World.Reset();
        Assert.Equal(0, _r.World.ProbeWrites(Primary));
        Assert.Empty(_r.World.SqlStatements);
    }

    [Fact]
    public async Task Probes_are_counted_by_cluster_and_are_one_row_a_pair()
    {
        await using var connection = await _r.Open();
        foreach (var sql in SqlRehearsal.MakeTable.Concat(SqlRehearsal.MakeTable)) await SqlRehearsal.Run(connection, sql);
        for (var i = 0; i < 3; i++) await SqlRehearsal.Run(connection, "UPSERT INTO crdrtools.probe (pair, at) VALUES ('orders', now())");
        await SqlRehearsal.Run(connection, "UPSERT INTO crdrtools.probe (pair, at) VALUES ($1, now())", "o'brien");
        Assert.Equal((4, 0), (_r.World.ProbeWrites(Primary), _r.World.ProbeWrites(Standby)));
        Assert.Equal(1L, await SqlRehearsal.Run(connection, "SELECT count(*) FROM crdrtools.probe WHERE pair = 'orders'"));
        Assert.Equal(1L, await SqlRehearsal.Run(connection, "SELECT count(*) FROM crdrtools.probe WHERE pair = 'o''brien'"));
        Assert.Equal(1L, await SqlRehearsal.Run(connection, "SELECT count(*) FROM crdrtools.probe WHERE pair = $1", "o'brien"));
        Assert.Equal(0L, await SqlRehearsal.Run(connection, "SELECT count(*) FROM crdrtools.probe WHERE pair = 'other'"));
    }

    [Fact]
    public async Task A_probe_needs_its_table_and_the_table_its_database()
    {
        await using var connection = await _r.Open();
        foreach (var (state, sql) in new[]
        {
            ("42P01", "UPSERT INTO crdrtools.probe (pair, at) VALUES ('orders', now())"),
            ("42P01", "SELECT count(*) FROM crdrtools.probe WHERE pair = 'orders'"),
            ("3D000", SqlRehearsal.MakeTable[1]),
        }) Assert.Equal(state, (await SqlRehearsal.Refused(() => SqlRehearsal.Run(connection, sql))).SqlState);
        Assert.Equal(0, _r.World.ProbeWrites(Primary));
    }

    [Fact]
    public async Task A_transaction_writes_when_it_is_committed_or_never()
    {
        await _r.Probe();
        await using var connection = await _r.Open();
        const string write = "UPSERT INTO crdrtools.probe (pair, at) VALUES ('late', now())";
        const string count = "SELECT count(*) FROM crdrtools.probe WHERE pair = 'late'";
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await SqlRehearsal.Run(connection, write);
            Assert.Equal(1L, await SqlRehearsal.Run(connection, count));
            Assert.Equal(1, _r.World.ProbeWrites(Primary));
            await transaction.RollbackAsync();
        }
        Assert.Equal(0L, await SqlRehearsal.Run(connection, count));
        await using (var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.Serializable))
        {
            await SqlRehearsal.Run(connection, write);
            await transaction.CommitAsync();
        }
        Assert.Equal(1L, await SqlRehearsal.Run(connection, count));
        Assert.Equal(2, _r.World.ProbeWrites(Primary));
    }

    [Theory]
    [InlineData("SELECT nothing")]
    [InlineData("SET CLUSTER SETTING server.time_until_store_dead = '75s'")]
    public async Task A_statement_that_is_refused_takes_its_transaction_with_it(string sql)
    {
        await _r.Probe();
        await using var connection = await _r.Open();
        await using var transaction = await connection.BeginTransactionAsync();
        await SqlRehearsal.Run(connection, "UPSERT INTO crdrtools.probe (pair, at) VALUES ('late', now())");
        await SqlRehearsal.Refused(() => SqlRehearsal.Run(connection, sql));
        Assert.Equal("25P02", (await SqlRehearsal.Refused(() => SqlRehearsal.Run(connection, "SELECT 1"))).SqlState);
        await SqlRehearsal.Run(connection, "COMMIT");
        Assert.Equal(1L, await SqlRehearsal.Run(connection, "SELECT 1"));
        Assert.Equal(1, _r.World.ProbeWrites(Primary));
        Assert.Equal("5m0s", _r.World.ClusterSetting(Primary, Setting));
    }

    [Theory]
    [InlineData("wrong", "crdb-demo.defaultdb", "28P01", "password authentication failed for user anybody")]
    [InlineData("demo", "nothing.defaultdb", "08004", "cluster \"nothing\" not found")]
    [InlineData("demo", "defaultdb", "08004", "missing cluster name in connection string: the database is CLUSTER.DATABASE")]
    [InlineData("demo", "crdb-demo-dr.defaultdb", "08000", "service unavailable for target tenant (main)")]
    public async Task Who_is_not_let_in_is_told_why(string password, string database, string state, string message)
    {
        var connectionString = SqlRehearsal.ConnectionString(_r.Cloud.Server, database, password);
        var refused = await SqlRehearsal.Refused(() => SqlRehearsal.OpenWith(connectionString));
        Assert.Equal((state, message, "FATAL"), (refused.SqlState, refused.MessageText, refused.Severity));
        Assert.Empty(_r.World.SqlStatements);
    }

    [Fact]
    public async Task The_password_is_the_simulators_own_token()
    {
        using var server = SimulatorServer.Start(new SimulatorOptions { Token = "other" });
        await using var connection = await SqlRehearsal.OpenWith(SqlRehearsal.ConnectionString(server, "crdb-demo.defaultdb", "other"));
        Assert.Equal(1L, await SqlRehearsal.Run(connection, "SELECT 1"));
        var wrong = SqlRehearsal.ConnectionString(server, "crdb-demo.defaultdb", "demo");
        Assert.Equal("28P01", (await SqlRehearsal.Refused(() => SqlRehearsal.OpenWith(wrong))).SqlState);
    }

    [Fact]
    public async Task A_cluster_whose_region_is_down_resets_the_connection_without_an_answer()
    {
        _r.World.SetOutage("europe-west1", true);
        using var raw = _r.Raw();
        await raw.Send(SqlRehearsal.Startup("crdb-demo.defaultdb"));
        AssertReset(await Assert.ThrowsAsync<IOException>(raw.ReadToEnd));
        AssertReset((await Assert.ThrowsAsync<NpgsqlException>(() => _r.Open())).InnerException);
        _r.World.SetOutage("europe-west1", false);
        Assert.Equal(1L, await _r.Run("SELECT 1"));
    }

    [Fact]
    public async Task S29_a_probe_is_written_exactly_when_a_clients_write_would_be()
    {
        await AssertProbes(primary: true, standby: false);
        _r.World.SetOutage("europe-west1", true);
        await AssertProbes(primary: false, standby: false);
        await _r.Cloud.Complete();
        await AssertProbes(primary: false, standby: true);
        _r.World.SetOutage("europe-west1", false);
        await AssertProbes(primary: true, standby: true);
        await _r.Cloud.Create(Standby, Primary);
        await AssertProbes(primary: false, standby: true);
        _r.World.SetOutage("europe-west4", true);
        await AssertProbes(primary: false, standby: false);
        Assert.Equal((2, 3), (_r.World.ProbeWrites(Primary), _r.World.ProbeWrites(Standby)));
    }

    [Fact]
    public async Task A_canceled_streams_standby_takes_probes_as_set()
    {
        await _r.Cloud.Cancel();
        await AssertProbes(primary: true, standby: false);
        _r.Cloud.Set(s => s with { CockroachCanceledStandbyServes = true });
        await AssertProbes(primary: true, standby: true);
    }

    [Fact]
    public async Task A_connection_ends_with_what_its_cluster_was()
    {
        await using var before = await _r.Open();
        await using var idle = await _r.Open();
        await _r.Cloud.Complete();
        Assert.Equal(1L, await SqlRehearsal.Run(before, "SELECT 1"));
        await _r.Cloud.Create(Standby, Primary);
        var refused = await SqlRehearsal.Refused(() => SqlRehearsal.Run(before, "SELECT 1"));
        Assert.Equal(("08000", "FATAL"), (refused.SqlState, refused.Severity));
        Assert.Equal(System.Data.ConnectionState.Closed, before.State);
        _r.World.SetOutage("europe-west1", true);
        AssertReset((await Assert.ThrowsAsync<NpgsqlException>(() => SqlRehearsal.Run(idle, "SELECT 1"))).InnerException);
        await using var other = await _r.Open(Standby);
        _r.World.RecreateCluster(Standby);
        AssertReset((await Assert.ThrowsAsync<NpgsqlException>(() => SqlRehearsal.Run(other, "SELECT 1"))).InnerException);
    }

    [Theory]
    [InlineData("SELEC 1", "selec")]
    [InlineData("SELECT 2", "2")]
    [InlineData("SELECT", "EOF")]
    [InlineData("SELECT 1 1", "1")]
    [InlineData("SHOW TABLES", "tables")]
    [InlineData("SELECT 'unterminated", "'unterminated")]
    [InlineData("UPSERT INTO crdrtools.probe (pair, at) VALUES (orders, now())", "orders")]
    [InlineData("UPSERT INTO crdrtools.probe (pair, at) VALUES ('orders', later())", "later")]
    [InlineData("SET CLUSTER SETTING kv.rangefeed.enabled = 'a' 'b'", "b")]
    [InlineData("SET CLUSTER SETTING KV-COLOUR = 'a'", "-")]
    [InlineData("DROP DATABASE crdrtools", "drop")]
    public async Task What_is_no_statement_is_refused_and_leaves_the_connection_usable(string sql, string near)
    {
        await using var connection = await _r.Open();
        for (var round = 0; round < 2; round++)
        {
            var refused = await SqlRehearsal.Refused(() => SqlRehearsal.Run(connection, sql));
            Assert.Equal(("42601", $"at or near \"{near}\": syntax error"), (refused.SqlState, refused.MessageText));
            Assert.Equal(1L, await SqlRehearsal.Run(connection, "SELECT 1"));
        }
    }

    [Theory]
    [InlineData("select 1")]
    [InlineData("  Select\n\t1  ;  ")]
    [InlineData("SELECT 1;;")]
    public async Task Case_blanks_and_semicolons_do_not_matter(string sql)
    {
        Assert.Equal(1L, await _r.Run(sql));
        using var raw = await _r.RawIn();
        await raw.Send(SqlRehearsal.Message('Q', SqlRehearsal.Text(sql)));
        Assert.Contains("SELECT 1\0Z\0\0\0\u0005I", await raw.ReadUntil("Z\0\0\0\u0005I"));
    }

    [Fact]
    public async Task Several_statements_in_one_message_are_read_before_the_first_is_run()
    {
        using var raw = await _r.RawIn();
        var all = string.Join(";", SqlRehearsal.MakeTable) + ";UPSERT INTO crdrtools.probe (pair, at) VALUES ('a', now());";
        await raw.Send(SqlRehearsal.Message('Q', SqlRehearsal.Text(all + "nonsense")));
        Assert.Contains("C42601\0", await raw.ReadUntil("Z\0\0\0\u0005I"));
        Assert.Equal(0, _r.World.ProbeWrites(Primary));
        await raw.Send(SqlRehearsal.Message('Q', SqlRehearsal.Text(all)));
        Assert.Contains("INSERT 0 1\0", await raw.ReadUntil("Z\0\0\0\u0005I"));
        Assert.Equal(1, _r.World.ProbeWrites(Primary));
        await raw.Send(SqlRehearsal.Message('Q', SqlRehearsal.Text(" ; ")));
        Assert.StartsWith("I\0\0\0\u0004", await raw.ReadUntil("Z\0\0\0\u0005I"));
    }

    [Fact]
    public async Task Prepared_statements_and_batches_are_taken()
    {
        await _r.Probe();
        await using var connection = await _r.Open();
        await using var prepared = new NpgsqlCommand("SELECT count(*) FROM crdrtools.probe WHERE pair = $1", connection);
        prepared.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = "orders" });
        await prepared.PrepareAsync();
        Assert.Equal(1L, await prepared.ExecuteScalarAsync());
        prepared.Parameters[0].Value = "other";
        Assert.Equal(0L, await prepared.ExecuteScalarAsync());
        await prepared.UnprepareAsync();
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new("SELECT 1"), new(Clock) } };
        await using var reader = await batch.ExecuteReaderAsync();
        Assert.True(await reader.NextResultAsync() && await reader.ReadAsync());
        Assert.EndsWith(".0000000000", reader.GetString(0));
    }

    [Fact]
    public async Task After_a_refused_step_the_others_sent_with_it_are_not_taken()
    {
        await _r.Probe();
        await using var connection = await _r.Open();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new("nonsense"), new("UPSERT INTO crdrtools.probe (pair, at) VALUES ('late', now())") },
        };
        await SqlRehearsal.Refused(() => batch.ExecuteNonQueryAsync());
        Assert.Equal(1, _r.World.ProbeWrites(Primary));
        Assert.Equal(1L, await SqlRehearsal.Run(connection, "SELECT 1"));
    }

    [Theory]
    [InlineData("SELECT 1", "a", "08P01")]
    [InlineData("SELECT count(*) FROM crdrtools.probe WHERE pair = $1", null, "08P01")]
    [InlineData("SELECT count(*) FROM crdrtools.probe WHERE pair = $2", "a", "42P18")]
    public async Task Values_that_do_not_fit_are_refused(string sql, string? value, string state)
    {
        await _r.Probe();
        await using var connection = await _r.Open();
        var refused = await SqlRehearsal.Refused(() => SqlRehearsal.Run(connection, sql, value is null ? [] : [value]));
        Assert.Equal((state, "ERROR"), (refused.SqlState, refused.Severity));
        Assert.Equal(1L, await _r.Run("SELECT 1"));
    }

    [Fact]
    public async Task The_statements_a_cluster_was_sent_are_kept_as_they_were()
    {
        await _r.Run(" SELECT  1 ; ");
        await SqlRehearsal.Refused(() => _r.Run("Nonsense 'x'"));
        await _r.Cloud.Complete();
        await _r.Run("SHOW CLUSTER SETTING " + Setting, Standby);
        Assert.Equal(
            [(Primary, "SELECT  1"), (Primary, "Nonsense 'x'"), (Standby, "SHOW CLUSTER SETTING " + Setting)],
            _r.World.SqlStatements.Select(s => (s.Cluster, s.Text)));
        Assert.Equal(_r.World.Now, _r.World.SqlStatements[2].At);
    }

    [Fact]
    public async Task Fifty_clients_at_once_each_get_their_own_answers()
    {
        foreach (var sql in SqlRehearsal.MakeTable) await _r.Run(sql);
        var connections = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _r.Open()));
        await Task.WhenAll(connections.Select(async (connection, i) =>
        {
            var own = "pair-" + i.ToString(CultureInfo.InvariantCulture);
            await SqlRehearsal.Run(connection, "UPSERT INTO crdrtools.probe (pair, at) VALUES ($1, now())", own);
            Assert.Equal(1L, await SqlRehearsal.Run(connection, "SELECT count(*) FROM crdrtools.probe WHERE pair = $1", own));
            await SqlRehearsal.Refused(() => SqlRehearsal.Run(connection, own));
            Assert.Equal("1772334000000000000.0000000000", await SqlRehearsal.Run(connection, Clock));
        }));
        Assert.Equal(50, _r.World.ProbeWrites(Primary));
        foreach (var connection in connections) await connection.DisposeAsync();
    }

    [Fact]
    public async Task Garbage_never_brings_the_server_down()
    {
        var random = new Random(20260301);
        var (startup, password) = (SqlRehearsal.Startup("crdb-demo.defaultdb"), SqlRehearsal.Message('p', SqlRehearsal.Text("demo")));
        byte[][] beginnings = [[], SqlRehearsal.Int32(40), startup, [.. startup, .. password]];
        for (var round = 0; round < 400; round++)
        {
            byte[] bytes = [.. beginnings[round % beginnings.Length], .. Garbage(random, 200)];
            Assert.DoesNotContain("XX000", await Answers(bytes));
        }
    }

    [Fact]
    public async Task Messages_full_of_garbage_never_bring_the_server_down()
    {
        var random = new Random(20260302);
        byte[] beginning = [.. SqlRehearsal.Startup("crdb-demo.defaultdb"), .. SqlRehearsal.Message('p', SqlRehearsal.Text("demo"))];
        for (var round = 0; round < 400; round++)
        {
            var messages = Enumerable.Range(0, 10).SelectMany(_ => Sensible(random));
            Assert.DoesNotContain("XX000", await Answers([.. beginning, .. messages]));
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\0\0\u0027\u0019")]
    [InlineData("\0\0\0\u0003")]
    [InlineData("\u0080\0\0\0")]
    [InlineData("\0\0\0\u0008\0\u0002\0\0")]
    [InlineData("\0\0\0\u0009\0\u0003\0\0\0")]
    [InlineData("\0\0\0\u000C\0\u0003\0\0user")]
    public async Task What_is_no_startup_is_answered_and_the_connection_ends(string bytes)
    {
        using var raw = _r.Raw();
        await raw.Send(bytes);
        raw.CloseSending();
        var answer = await raw.ReadToEnd();
        Assert.StartsWith("E", answer);
        Assert.Contains("SFATAL\0", answer);
    }

    [Theory]
    [InlineData('Q', 1024 * 1024 + 5)]
    [InlineData('Q', 3)]
    [InlineData('Q', -1)]
    [InlineData('?', 4)]
    [InlineData('p', 4)]
    public async Task What_is_no_message_is_answered_and_the_connection_ends(char type, int length)
    {
        using var raw = await _r.RawIn();
        await raw.Send([(byte)type, .. SqlRehearsal.Int32(length)]);
        raw.CloseSending();
        var answer = await raw.ReadToEnd();
        Assert.Contains("SFATAL\0", answer);
        Assert.Contains("C08P01\0", answer);
    }

    [Fact]
    public async Task A_statement_of_almost_one_mebibyte_is_read_and_its_beginning_kept()
    {
        await using var connection = await _r.Open();
        await SqlRehearsal.Run(connection, "SELECT" + new string(' ', 1_048_000) + "1");
        Assert.Equal(16 * 1024, _r.World.SqlStatements[0].Text.Length);
    }

    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("")]
    public async Task The_steps_of_a_statement_can_be_sent_one_by_one(string sql)
    {
        using var raw = await _r.RawIn();
        await raw.Send([.. SqlRehearsal.Message('P', [.. SqlRehearsal.Text("s"), .. SqlRehearsal.Text(sql), 0, 0]), .. Flush]);
        await raw.ReadUntil("1\0\0\0\u0004");
        await raw.Send([.. SqlRehearsal.Message('B', [.. SqlRehearsal.Text("p"), .. SqlRehearsal.Text("s"), 0, 0, 0, 0, 0, 0]), .. Flush]);
        await raw.ReadUntil("2\0\0\0\u0004");
        await raw.Send([.. SqlRehearsal.Message('D', "Ss\0"u8.ToArray()), .. Flush]);
        await raw.ReadUntil(sql.Length > 0 ? "?column?" : "n\0\0\0\u0004");
        await raw.Send([.. SqlRehearsal.Message('E', [.. SqlRehearsal.Text("p"), 0, 0, 0, 0]), .. Flush]);
        await raw.ReadUntil(sql.Length > 0 ? "SELECT 1\0" : "I\0\0\0\u0004");
        await raw.Send(SqlRehearsal.Message('E', [.. SqlRehearsal.Text("none"), 0, 0, 0, 0]));
        Assert.Contains("C34000\0", await raw.ReadUntil("\0\0"));
        await raw.Send(SqlRehearsal.Message('S', []));
        await raw.ReadUntil("Z\0\0\0\u0005I");
        await raw.Send(SqlRehearsal.Message('X', []));
        Assert.Equal("", await raw.ReadToEnd());
    }

    [Theory]
    [InlineData(80877103)]
    [InlineData(80877104)]
    public async Task Encryption_is_declined(int request)
    {
        using var raw = _r.Raw();
        await raw.Send(SqlRehearsal.Message(null, SqlRehearsal.Int32(request)));
        Assert.Equal("N", await raw.ReadUntil("N"));
        await raw.Send(SqlRehearsal.Startup("crdb-demo.defaultdb"));
        await raw.Send(SqlRehearsal.Message('p', SqlRehearsal.Text("demo")));
        await raw.ReadUntil("Z\0\0\0\u0005I");
    }

    [Fact]
    public async Task There_is_nothing_to_cancel()
    {
        using var raw = _r.Raw();
        await raw.Send(SqlRehearsal.Message(null, [.. SqlRehearsal.Int32(80877102), .. SqlRehearsal.Int32(1), .. SqlRehearsal.Int32(1)]));
        Assert.Equal("", await raw.ReadToEnd());
    }

    [Fact]
    public async Task The_port_is_shown_chosen_and_free_again_after_dispose()
    {
        var port = _r.Cloud.Server.SqlPort;
        Assert.Equal(port, (await _r.Cloud.Get("_simulator")).Body.GetProperty("sqlPort").GetInt32());
        var error = Assert.Throws<IOException>(() => SimulatorServer.Start(new SimulatorOptions { SqlPort = port }));
        Assert.Contains($"127.0.0.1:{port}", error.Message);
        await using var connection = await _r.Open();
        _r.Cloud.Server.Dispose();
        AssertReset((await Assert.ThrowsAsync<NpgsqlException>(() => SqlRehearsal.Run(connection, "SELECT 1"))).InnerException);
        using var second = SimulatorServer.Start(new SimulatorOptions { SqlPort = port });
        Assert.Equal(port, second.SqlPort);
    }

    [PsqlFact]
    public async Task Psql_runs_statements_and_shows_refusals()
    {
        var (code, output, _) = await Psql(Primary, $"{Clock}; SHOW CLUSTER SETTING {Setting}; SELECT 1");
        Assert.Equal((0, "1772334000000000000.0000000000\n5m0s\n1\n"), (code, output.ReplaceLineEndings("\n")));
        Assert.Contains("at or near \"nonsense\": syntax error", (await Psql(Primary, "nonsense")).Errors);
        Assert.Contains("service unavailable for target tenant (main)", (await Psql(Standby, "SELECT 1")).Errors);
    }

    private static byte[] Flush => SqlRehearsal.Message('H', []);

    private static byte[] Garbage(Random random, int most)
    {
        var garbage = new byte[random.Next(1, most)];
        random.NextBytes(garbage);
        return garbage;
    }

    /// <summary>A message whose frame is right, with a name, a statement or nothing sensible in it.</summary>
    private static byte[] Sensible(Random random)
    {
        string[] fronts = ["", "\0", "\0\0", "\0\0\0\0\0\0", "S\0", "P\0", "\0SELECT 1\0\0\0", "SELECT $1\0"];
        var front = Encoding.ASCII.GetBytes(fronts[random.Next(fronts.Length)]);
        return SqlRehearsal.Message("QPBDECSHdcf"[random.Next(11)], [.. front, .. Garbage(random, 12)]);
    }

    /// <summary>What such bytes are answered with; the server has to take another client afterwards.</summary>
    private async Task<string> Answers(byte[] bytes)
    {
        var answers = "";
        using var raw = _r.Raw();
        try
        {
            await raw.Send(bytes);
            raw.CloseSending();
            answers = await raw.ReadToEnd();
        }
        catch (IOException)
        {
            // The server had enough before all was sent.
        }
        Assert.Equal(1L, await _r.Run("SELECT 1"));
        return answers;
    }

    private static void AssertReset(Exception? error) => Assert.Equal(
        SocketError.ConnectionReset,
        Assert.IsType<SocketException>(Assert.IsAssignableFrom<IOException>(error).InnerException).SocketErrorCode);

    private async Task AssertProbes(bool primary, bool standby)
    {
        foreach (var (cluster, expected) in new[] { (Primary, primary), (Standby, standby) })
        {
            Assert.Equal(expected, _r.Cloud.Accepts(cluster));
            var before = _r.World.ProbeWrites(cluster);
            var error = await Record.ExceptionAsync(() => _r.Probe(cluster));
            Assert.Equal(expected, error is null);
            if (error is not null) Assert.IsAssignableFrom<NpgsqlException>(error);
            Assert.Equal(before + (expected ? 1 : 0), _r.World.ProbeWrites(cluster));
        }
    }

    private async Task<(int Code, string Output, string Errors)> Psql(string cluster, string sql)
    {
        var start = new ProcessStartInfo("psql") { RedirectStandardOutput = true, RedirectStandardError = true };
        var address = $"host=127.0.0.1 port={_r.Cloud.Server.SqlPort} user=anybody dbname={cluster}.defaultdb";
        string[] arguments = ["--no-psqlrc", "--tuples-only", "--no-align", address, "-c", sql];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["PGPASSWORD"] = "demo";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
