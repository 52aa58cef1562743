using CrdrTools.Core.Providers.Aiven;

namespace CrdrTools.Tests.Aiven;

public class AivenPhaseTests
{
    [Theory]
    // primary role, state, health | recovery role, state, health, integration | phase, active
    [InlineData("Active", "RUNNING", "Healthy", "Passive", "RUNNING", "Healthy", "active", "Protected", "Primary")]
    [InlineData("Active", "RUNNING", "Degraded", "Passive", "RUNNING", "Healthy", "active", "Protected", "Primary")]
    [InlineData("Active", "RUNNING", "Healthy", "Passive", "RUNNING", "Healthy", "inactive", "Unprotected", "Primary")]
    [InlineData("Active", "RUNNING", "Healthy", "Passive", "RUNNING", "Degraded", "active", "Unprotected", "Primary")]
    [InlineData("Active", "RUNNING", "Healthy", "Passive", "REBUILDING", "Rebuilding", "active", "Rebuilding", "Primary")]
    [InlineData("Active", "RUNNING", "Healthy", "Passive", "POWEROFF", "Off", "active", "Unprotected", "Primary")]
    [InlineData("Active", "RUNNING", "Healthy", "None", null, "Gone", null, "Unprotected", "Primary")]
    [InlineData("Active", "RUNNING", "Healthy", "Unknown", null, "Unknown", null, "Unknown", "Primary")]
    [InlineData("Active", "RUNNING", "Down", "Passive", "RUNNING", "Healthy", "active", "NoWriter", null)]
    [InlineData("Active", "POWEROFF", "Off", "Passive", "RUNNING", "Healthy", "active", "NoWriter", null)]
    [InlineData("Active", "REBUILDING", "Rebuilding", "Passive", "REBALANCING", "Degraded", "active", "Transitioning", null)]
    [InlineData("Active", "RUNNING", "Healthy", "Passive", "REBALANCING", "Degraded", "active", "Transitioning", null)]
    [InlineData("Failed", "POWEROFF", "Off", "Active", "RUNNING", "Healthy", "inactive", "FailedOver", "Recovery")]
    [InlineData("Failed", "POWEROFF", "Off", "Passive", "RUNNING", "Healthy", "inactive", "NoWriter", null)]
    [InlineData("Failed", "POWEROFF", "Off", "Active", "RUNNING", "Down", "inactive", "NoWriter", null)]
    [InlineData("Failed", "RUNNING", "Healthy", "Active", "RUNNING", "Healthy", "inactive", "FailedOver", "Recovery")]
    [InlineData("None", null, "Gone", "Active", "RUNNING", "Healthy", null, "FailedOver", "Recovery")]
    [InlineData("None", null, "Gone", "Passive", "RUNNING", "Healthy", null, "NoWriter", null)]
    [InlineData("None", null, "Gone", "None", null, "Gone", null, "NoWriter", null)]
    [InlineData("Passive", "REBUILDING", "Rebuilding", "Active", "RUNNING", "Healthy", "active", "Rebuilding", "Recovery")]
    [InlineData("Passive", "RUNNING", "Rebuilding", "Active", "RUNNING", "Healthy", "active", "Rebuilding", "Recovery")]
    [InlineData("Passive", "RUNNING", "Healthy", "Active", "RUNNING", "Healthy", "active", "ReadyToFailBack", "Recovery")]
    [InlineData("Passive", "POWEROFF", "Off", "Active", "RUNNING", "Healthy", "active", "FailedOver", "Recovery")]
    [InlineData("Passive", "REBUILDING", "Rebuilding", "Active", "REBALANCING", "Degraded", "active", "Transitioning", null)]
    [InlineData("Passive", "RUNNING", "Healthy", "Active", "RUNNING", "Down", "active", "NoWriter", null)]
    [InlineData("Passive", "RUNNING", "Healthy", "Passive", "RUNNING", "Healthy", "active", "NoWriter", null)]
    [InlineData("Passive", "REBUILDING", "Rebuilding", "Passive", "REBALANCING", "Degraded", "active", "Transitioning", null)]
    [InlineData("Active", "RUNNING", "Healthy", "Active", "RUNNING", "Healthy", "active", "Unknown", null)]
    [InlineData("Active", "REBUILDING", "Rebuilding", "Active", "REBALANCING", "Degraded", "active", "Transitioning", null)]
    [InlineData("Unknown", null, "Unknown", "Active", "RUNNING", "Healthy", "active", "Unknown", "Recovery")]
    [InlineData("Unknown", null, "Unknown", "Passive", "RUNNING", "Healthy", "active", "Unknown", null)]
    public void A_pair_stands_where_roles_states_and_nodes_say(string pRole, string? pState, string pHealth, string rRole, string? rState, string rHealth, string? integration, string phase, string? active)
    {
        (CrdrPhase Phase, Side? Active) seen = AivenPhase.Of(Member(Side.Primary, pRole, pState, pHealth, integration), Member(Side.Recovery, rRole, rState, rHealth, integration));
        Assert.Equal(phase, seen.Phase.ToString());
        Assert.Equal(active, seen.Active?.ToString());
    }

    [Fact]
    public void No_combination_names_an_active_member_that_is_not_active_by_its_role()
    {
        string?[] states = ["RUNNING", "REBUILDING", "REBALANCING", "POWEROFF", "SOMETHING", null];
        foreach (MemberRole p in Enum.GetValues<MemberRole>())
        foreach (MemberRole r in Enum.GetValues<MemberRole>())
        foreach (string? ps in states)
        foreach (string? rs in states)
        foreach (MemberHealth ph in Enum.GetValues<MemberHealth>())
        foreach (MemberHealth rh in Enum.GetValues<MemberHealth>())
        {
            (CrdrPhase phase, Side? active) = AivenPhase.Of(Member(Side.Primary, p.ToString(), ps, ph.ToString(), "active"), Member(Side.Recovery, r.ToString(), rs, rh.ToString(), "active"));
            if (active == Side.Primary) Assert.Equal(MemberRole.Active, p);
            if (active == Side.Recovery) Assert.Equal(MemberRole.Active, r);
            if (phase is CrdrPhase.Protected or CrdrPhase.ReadyToFailBack or CrdrPhase.FailedOver) Assert.NotNull(active);
            if (phase is CrdrPhase.NoWriter or CrdrPhase.Transitioning) Assert.Null(active);
        }
    }

    private static CrdrMemberStatus Member(Side side, string role, string? state, string health, string? integration) => new()
    {
        Side = side, Name = side.ToString(), Role = Enum.Parse<MemberRole>(role), NativeState = state, Health = Enum.Parse<MemberHealth>(health), Reachable = state is not null,
        Native = integration is null ? [] : new Dictionary<string, string> { ["integration"] = integration },
    };
}
