using CrdrTools.Core.Providers.PostgreSql;
using NpgsqlTypes;

namespace CrdrTools.Tests.PostgreSql;

public class PostgresReadinessTests
{
    private static readonly CrdrPair s_pair = new() { Name = "lab", Provider = "PostgreSql", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" } };

    private static readonly (string Name, string Value)[] s_sound =
    [
        ("wal_level", "replica"), ("fsync", "on"), ("full_page_writes", "on"), ("wal_log_hints", "on"), ("data_checksums", "off"), ("hot_standby", "on"), ("max_wal_senders", "10"),
        ("max_replication_slots", "10"), ("max_connections", "100"), ("max_worker_processes", "8"), ("max_prepared_transactions", "0"), ("max_locks_per_transaction", "64"), ("wal_keep_size", "64"),
        ("synchronous_standby_names", ""), ("recovery_min_apply_delay", "0"), ("archive_mode", "off"), ("archive_command", ""), ("default_transaction_read_only", "off"),
        ("shared_preload_libraries", ""), ("wal_retrieve_retry_interval", "100"),
    ];

    private static PostgresFacts Server(bool standby) => new()
    {
        InRecovery = standby, SystemIdentifier = 7, Clock = DateTimeOffset.UnixEpoch, Version = 150018, Timeline = 1, End = new(100), Superuser = true, CollationActual = "2.36", CollationRecorded = "2.36",
        Settings = s_sound.ToDictionary(s => s.Name, s => s.Value), Slots = standby ? [] : [new("crdr_b", "physical", true, "reserved", 0)],
    };

    private static PostgresFacts With(PostgresFacts facts, string name, string value) => facts with { Settings = new Dictionary<string, string>(facts.Settings) { [name] = value } };

    private static List<string> Ids(PostgresFacts primary, PostgresFacts? recovery) => [.. PostgresReadiness.Of(s_pair, primary, recovery, Side.Primary).Select(f => $"{f.Side}:{f.Id}")];

    [Fact]
    public void S23_Two_sound_servers_have_no_findings() => Assert.Empty(Ids(Server(false), Server(true)));

    [Fact]
    public void S23_What_a_server_did_not_tell_is_no_finding() =>
        Assert.Empty(Ids(Server(false) with { Settings = new Dictionary<string, string>(), CollationActual = null }, Server(true) with { Settings = new Dictionary<string, string>(), CollationRecorded = null }));

    [Theory]
    [InlineData("wal_level", "minimal", "WalLevelMinimal")]
    [InlineData("fsync", "off", "FsyncOff")]
    [InlineData("full_page_writes", "off", "FullPageWritesOff")]
    [InlineData("wal_log_hints", "off", "RewindImpossible")]
    [InlineData("hot_standby", "off", "HotStandbyOff")]
    [InlineData("default_transaction_read_only", "on", "ReadOnlyByDefault")]
    public void S23_A_setting_that_would_stand_in_the_way_is_told_of_either_side(string name, string value, string id)
    {
        Assert.Equal([$"Primary:{id}"], Ids(With(Server(false), name, value), Server(true)));
        Assert.Equal([$"Recovery:{id}"], Ids(Server(false), With(Server(true), name, value)));
    }

    [Theory]
    [InlineData(2048, "1024", false)]
    [InlineData(1000, "64", true)]
    [InlineData(2048, "4096", true)]
    public void S23_Too_little_room_for_the_log_is_told(long megabytes, string most, bool told) =>
        Assert.Equal(told ? ["Primary:LogRoomShort"] : [], Ids(With(Server(false), "max_wal_size", most) with { LogRoom = megabytes << 20 }, Server(true)));

    [Fact]
    public void S23_Checksums_make_a_rewind_possible_without_hints() =>
        Assert.Empty(Ids(With(With(Server(false), "wal_log_hints", "off"), "data_checksums", "on"), Server(true)));

    [Theory]
    [InlineData("max_connections")]
    [InlineData("max_worker_processes")]
    [InlineData("max_wal_senders")]
    [InlineData("max_prepared_transactions")]
    [InlineData("max_locks_per_transaction")]
    public void S23_A_parameter_may_be_lower_on_neither_side(string name)
    {
        Assert.Equal(["Recovery:StandbyParameterLower"], Ids(With(Server(false), name, "500"), Server(true)));
        Assert.Equal(["Primary:ParameterLower"], Ids(Server(false), With(Server(true), name, "500")));
    }

    [Theory]
    [InlineData("synchronous_standby_names", "a", "StandbySynchronous")]
    [InlineData("shared_preload_libraries", "timescaledb", "StandbyLibrariesDiffer")]
    [InlineData("wal_retrieve_retry_interval", "5000", "RetryIntervalLong")]
    public void S20_S23_What_a_promotion_of_the_standby_would_meet_is_told(string name, string value, string id) => Assert.Equal([$"Recovery:{id}"], Ids(Server(false), With(Server(true), name, value)));

    [Fact]
    public void S20_A_primary_that_waits_for_nobody_and_roles_that_do_not_wait_are_told()
    {
        PostgresFacts waits = With(Server(false), "synchronous_standby_names", "b");
        Assert.Equal(["Primary:SynchronousAlone"], Ids(waits, Server(true)));
        PostgresFacts followed = waits with { Senders = [new("b", "streaming", new(100), new(100), "sync")] };
        Assert.Empty(Ids(followed, Server(true)));
        Assert.Equal(["Primary:SynchronousOverridden"], Ids(followed with { SynchronousOverrides = ["batch"] }, Server(true)));
    }

    [Fact]
    public void S23_Two_archivers_with_the_same_command_are_told()
    {
        PostgresFacts home = With(With(Server(false), "archive_mode", "always"), "archive_command", "cp %p /archive/%f"), away = With(With(Server(true), "archive_mode", "always"), "archive_command", "cp %p /archive/%f");
        Assert.Equal(["Recovery:TwoArchivers"], Ids(home, away));
        Assert.Empty(Ids(home, With(away, "archive_command", "cp %p /other/%f")));
    }

    [Fact]
    public void S23_A_standby_without_a_slot_and_slots_that_nobody_uses_are_told()
    {
        PostgresFacts bare = Server(false) with { Slots = [] };
        Assert.Equal(["Primary:SlotMissing"], Ids(bare, Server(true)));
        Assert.Equal(["Primary:LogNotKept"], Ids(With(bare, "wal_keep_size", "0"), Server(true)));
        Assert.Equal(["Primary:SlotStale"], Ids(Server(false) with { Slots = [new("crdr_b", "physical", true, "reserved", 0), new("old", "physical", false, "extended", 2L << 30)] }, Server(true)));
        Assert.Equal(["Primary:SlotsUsedUp", "Primary:SlotMissing"], Ids(With(Server(false), "max_replication_slots", "1") with { Slots = [new("other", "physical", true, "reserved", 0)] }, Server(true)));
    }

    [Fact]
    public void S23_Versions_and_collations_apart_are_told()
    {
        Assert.Equal(["Recovery:VersionsApart"], Ids(Server(false), Server(true) with { Version = 160001 }));
        Assert.Equal(["Recovery:MinorVersionsApart"], Ids(Server(false), Server(true) with { Version = 150017 }));
        Assert.Equal(["Recovery:CollationChanged", "Recovery:StandbyCollationsDiffer"], Ids(Server(false), Server(true) with { CollationActual = "2.41" }));
    }
}
