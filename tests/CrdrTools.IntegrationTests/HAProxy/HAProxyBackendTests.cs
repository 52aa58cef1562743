using CrdrTools.Core.Routes.HAProxy;

namespace CrdrTools.IntegrationTests.HAProxy;

public class HAProxyBackendTests
{
    [Fact]
    public void The_tables_of_2_6_are_read()
    {
        HAProxyBackend backend = HAProxyBackend.Read("be", HAProxyTexts.State, HAProxyTexts.Stat, "admin");

        Assert.Equal("admin", backend.Level);
        Assert.Equal(["a", "b"], backend.Servers.Select(s => s.Name));
        Assert.Equal(new HAProxyServer { Name = "a", Running = false, Admin = HAProxyAdmin.ForcedMaintenance, Weight = 1, Backup = false, Sessions = 2, Status = "MAINT" }, backend["a"]);
        Assert.Equal(new HAProxyServer { Name = "b", Running = false, Admin = HAProxyAdmin.None, Weight = 1, Backup = true, Sessions = 0, Status = "DOWN" }, backend["b"]);
    }

    [Fact]
    public void Columns_are_found_by_name_wherever_a_version_puts_them()
    {
        const string state = "1\n# srv_admin_state srv_new_thing srv_name be_name srv_uweight srv_op_state\n0 - a be 100 2\n0 - a other 100 0\n";
        const string stat = "# new,status,pxname,svname,bck,scur,\nx,UP,be,a,0,4,\nx,DOWN,other,a,0,0,\n";

        HAProxyServer server = Assert.Single(HAProxyBackend.Read("be", state, stat).Servers);

        Assert.True(server is { Name: "a", Running: true, Sessions: 4, Weight: 100, Sound: true });
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(8, false)]
    [InlineData(9, true)]
    [InlineData(32, false)]
    [InlineData(33, true)]
    public void Admin_bits_are_decimal(int admin, bool maintenance)
    {
        (string state, string stat) = HAProxyTexts.Of(("a", 0, admin, 100, 0, 0, "MAINT"));
        Assert.Equal(maintenance, HAProxyBackend.Read("be", state, stat)["a"].InMaintenance);
    }

    [Fact]
    public void A_server_that_was_disabled_in_the_configuration_and_made_ready_since_is_no_fence()
    {
        (string state, string stat) = HAProxyTexts.Of(("a", 2, 4, 100, 0, 0, "UP"));
        HAProxyServer server = HAProxyBackend.Read("be", state, stat)["a"];
        Assert.True(server is { InMaintenance: false, Fenced: false, Usable: true });
    }

    [Fact]
    public void Maintenance_with_a_session_left_is_no_fence()
    {
        HAProxyBackend backend = HAProxyBackend.Read("be", HAProxyTexts.State, HAProxyTexts.Stat);
        Assert.True(backend["a"].InMaintenance);
        Assert.False(backend["a"].Fenced);
    }

    [Theory]
    [InlineData("UP", true)]
    [InlineData("no check", true)]
    [InlineData("UP 1/3", false)]
    public void A_server_that_just_left_maintenance_is_not_sound_before_its_first_check(string status, bool sound)
    {
        (string state, string stat) = HAProxyTexts.Of(("a", 2, 0, 100, 0, 0, status));
        Assert.Equal(sound, HAProxyBackend.Read("be", state, stat)["a"].Sound);
    }

    public static TheoryData<int, int, int, int, int, string> Landings => new()
    {
        // a: op, admin, weight; b, the backup: op, admin
        { 2, 0, 100, 2, 0, "a" },
        { 1, 0, 100, 2, 0, "a" },
        { 0, 0, 100, 2, 0, "b" },
        { 3, 0, 100, 2, 0, "b" },
        { 2, 8, 100, 2, 0, "b" },
        { 2, 16, 100, 2, 0, "b" },
        { 2, 0, 0, 2, 0, "b" },
        { 0, 1, 100, 2, 0, "b" },
        { 0, 2, 100, 2, 0, "b" },
        { 0, 32, 100, 2, 0, "b" },
        { 2, 64, 100, 2, 0, "a" },
        { 0, 1, 100, 0, 1, "" },
        { 0, 0, 100, 0, 0, "" },
    };

    [Theory]
    [MemberData(nameof(Landings))]
    public void The_next_client_goes_to_a_backup_only_when_nobody_else_can_take_it(int opA, int adminA, int weightA, int opB, int adminB, string landing)
    {
        (string state, string stat) = HAProxyTexts.Of(("a", opA, adminA, weightA, 0, 0, "?"), ("b", opB, adminB, 100, 1, 0, "?"));
        Assert.Equal(landing, string.Join(",", HAProxyBackend.Read("be", state, stat).Takers.Select(t => t.Name)));
    }

    [Fact]
    public void Two_servers_of_the_same_rank_share_the_clients()
    {
        (string state, string stat) = HAProxyTexts.Of(("a", 2, 0, 100, 0, 0, "UP"), ("b", 2, 0, 100, 0, 0, "UP"));
        Assert.Equal(2, HAProxyBackend.Read("be", state, stat).Takers.Count);
    }

    [Fact]
    public void A_field_with_commas_is_one_field() =>
        Assert.Equal(["a", "said \"no\", twice", "", "b"], HAProxyBackend.Fields("a,\"said \"\"no\"\", twice\",,b"));

    [Theory]
    [InlineData("Can't find backend.", HAProxyTexts.Stat)]
    [InlineData(HAProxyTexts.State, "No such proxy.")]
    [InlineData("1\n# be_name srv_name\nbe a\n", HAProxyTexts.Stat)]
    [InlineData(HAProxyTexts.State, HAProxyTexts.StatHeader + "\n")]
    [InlineData("1\n# be_name srv_name srv_op_state srv_admin_state srv_uweight\nbe a 2 0x1 100\n", HAProxyTexts.Stat)]
    public void What_is_no_table_is_not_guessed_at(string state, string stat) =>
        Assert.Equal("HAProxyBadReply", Assert.Throws<CrdrException>(() => HAProxyBackend.Read("be", state, stat)).ErrorId);

    [Fact]
    public void A_state_file_tells_what_was_decided_about_each_server()
    {
        IReadOnlyDictionary<string, HAProxyAdmin> admins = HAProxyBackend.Admins("be", HAProxyTexts.State);
        Assert.Equal(HAProxyAdmin.ForcedMaintenance, admins["a"]);
        Assert.Equal(HAProxyAdmin.None, admins["b"]);
    }
}
