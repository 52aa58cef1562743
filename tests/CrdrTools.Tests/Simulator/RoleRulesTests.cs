using CrdrTools.Simulator;
using CrdrTools.Simulator.Aiven;
using CrdrTools.Simulator.Data;

namespace CrdrTools.Tests.Simulator;

public sealed class RoleRulesTests
{
    [Theory]
    [InlineData("primary", "active", "passive", "failed", "FailOver")]
    [InlineData("primary", "failed", "active", "passive", "Rebuild")]
    [InlineData("primary", "passive", "active", "active", "TakeOver")]
    [InlineData("recovery", "passive", "active", "active", "TakeOver")]
    [InlineData("primary", "active", "passive", "active", "Nothing")]
    [InlineData("primary", "passive", "active", "passive", "Nothing")]
    [InlineData("primary", "failed", "active", "failed", "Nothing")]
    [InlineData("primary", "active", "passive", "passive", "409")]
    [InlineData("primary", "passive", "active", "failed", "409")]
    [InlineData("primary", "failed", "active", "active", "409")]
    [InlineData("primary", "failed", "passive", "passive", "409")]
    [InlineData("primary", "passive", "passive", "active", "409")]
    [InlineData("recovery", "active", "passive", "failed", "400")]
    [InlineData("recovery", "active", "failed", "passive", "409")]
    [InlineData("primary", "active", "passive", "Active", "400")]
    public void Each_change_of_role_is_one_of_the_documented_moves_or_refused(
        string target, string role, string peerRole, string wanted, string outcome)
    {
        Assert.Equal(outcome, Outcome(new RoleQuestion
        {
            Wanted = wanted,
            Target = Service("a", role),
            Peer = Service("b", peerRole),
            TargetIsPrimary = target == "primary",
            Settings = new SimulatorSettings(),
        }));
    }

    [Theory]
    [InlineData("active")]
    [InlineData("passive")]
    [InlineData("failed")]
    public void Nothing_can_be_asked_during_a_takeover(string wanted) => Assert.Equal("409", Outcome(new RoleQuestion
    {
        Wanted = wanted,
        Target = Service("a", "active"),
        Peer = Service("b", "passive"),
        TargetIsPrimary = true,
        InTakeover = true,
        Settings = new SimulatorSettings(),
    }));

    private static string Outcome(RoleQuestion question)
    {
        try
        {
            return RoleRules.Decide(question).ToString();
        }
        catch (AivenProblem problem)
        {
            return problem.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private static AivenService Service(string name, string role) => new()
    {
        Key = new ServiceKey("p", name),
        Plan = AivenPlan.Parse("business-4")!,
        Cloud = "google-europe-west1",
        CreateTime = default,
        UpdateTime = default,
        State = role == "failed" ? "POWEROFF" : "RUNNING",
        Role = role,
    };
}
