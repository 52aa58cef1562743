using CrdrTools.Core.Routes.HAProxy;

namespace CrdrTools.IntegrationTests.HAProxy;

public class HAProxyNeedTests
{
    private static readonly (string Name, int Op, int Admin, int Weight, int Backup, int Sessions, string Status)
        Up = ("a", 2, 0, 100, 0, 3, "UP"), Maintained = ("a", 0, 1, 100, 0, 0, "MAINT"), Busy = ("a", 0, 1, 100, 0, 2, "MAINT"), Down = ("a", 0, 0, 100, 0, 0, "DOWN"),
        Backup = ("b", 2, 0, 100, 1, 0, "UP"), BackupInMaintenance = ("b", 0, 1, 100, 1, 0, "MAINT"), BackupFresh = ("b", 2, 0, 100, 1, 0, "UP 1/3"),
        BackupWithClients = ("b", 2, 0, 100, 1, 5, "UP");

    [Fact]
    public void A_fence_is_maintenance_and_an_end_to_the_sessions() =>
        Assert.Equal(["set server be/a state maint", "shutdown sessions server be/a"], HAProxyNeed.ToFence(Backends(Up, Backup), "a", cut: true).Commands);

    [Fact]
    public void Sessions_that_are_left_are_shut_down_again()
    {
        HAProxyNeed need = HAProxyNeed.ToFence(Backends(Busy, Backup), "a", cut: true);
        Assert.Equal(["shutdown sessions server be/a"], need.Commands);
        Assert.Equal("HAProxySessionsLeft", need.ErrorId);
    }

    [Fact]
    public void Without_cut_sessions_are_waited_for()
    {
        HAProxyNeed need = HAProxyNeed.ToFence(Backends(Busy, Backup), "a", cut: false);
        Assert.Empty(need.Commands);
        Assert.NotNull(need.Lacking);
    }

    [Fact]
    public void A_fence_that_stands_needs_nothing() => AssertNothing(HAProxyNeed.ToFence(Backends(Maintained, Backup), "a", cut: true));

    [Fact]
    public void Where_it_would_get_the_clients_of_the_other_side_back_it_drains() =>
        Assert.Equal(["set server be/a state drain"], HAProxyNeed.ToUnfence(Backends(Maintained, Backup), "a", behind: "b").Commands);

    [Fact]
    public void A_backup_takes_nothing_away_and_is_made_ready() =>
        Assert.Equal(["set server be/b state ready"], HAProxyNeed.ToUnfence(Backends(Up, BackupInMaintenance), "b", behind: "a").Commands);

    [Fact]
    public void A_switch_first_brings_the_new_side_up()
    {
        Assert.Equal(["set server be/b state ready"], HAProxyNeed.ToSwitch(Backends(Maintained, BackupInMaintenance), "b", "a", cut: true).Commands);
        HAProxyNeed fresh = HAProxyNeed.ToSwitch(Backends(Up, BackupFresh), "b", "a", cut: true);
        Assert.Empty(fresh.Commands);
        Assert.Equal("HAProxyServerNotUp", fresh.ErrorId);
    }

    [Fact]
    public void Then_an_old_side_that_is_not_fenced_drains_and_loses_its_sessions() =>
        Assert.Equal(["set server be/a state drain", "shutdown sessions server be/a"], HAProxyNeed.ToSwitch(Backends(Up, Backup), "b", "a", cut: true).Commands);

    [Fact]
    public void Also_when_it_is_down_and_would_get_the_clients_back_later() =>
        Assert.Equal(["set server be/a state drain"], HAProxyNeed.ToSwitch(Backends(Down, Backup), "b", "a", cut: true).Commands);

    [Fact]
    public void A_fenced_old_side_stays_as_it_is() => AssertNothing(HAProxyNeed.ToSwitch(Backends(Maintained, Backup), "b", "a", cut: true));

    [Fact]
    public void Clients_that_stayed_on_the_backup_follow_home() =>
        Assert.Equal(["shutdown sessions server be/b"], HAProxyNeed.ToSwitch(Backends(Up, BackupWithClients), "a", "b", cut: true).Commands);

    [Fact]
    public void A_third_server_that_takes_clients_too_is_no_success()
    {
        HAProxyNeed need = HAProxyNeed.ToSwitch(Backends(Up, BackupInMaintenance, ("c", 2, 0, 100, 0, 0, "UP")), "a", "b", cut: true);
        Assert.Contains("a, c", need.Lacking);
    }

    private static HAProxyBackend Backends(params (string Name, int Op, int Admin, int Weight, int Backup, int Sessions, string Status)[] servers)
    {
        (string state, string stat) = HAProxyTexts.Of(servers);
        return HAProxyBackend.Read("be", state, stat);
    }

    private static void AssertNothing(HAProxyNeed need)
    {
        Assert.Null(need.Lacking);
        Assert.Empty(need.Commands);
    }
}
