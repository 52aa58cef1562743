namespace CrdrTools.IntegrationTests.Support;

/// <summary>A theory that needs servers' programs; without them it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ServerTheoryAttribute : TheoryAttribute
{
    public ServerTheoryAttribute(params string[] programs) => Skip = new ServerFactAttribute(programs).Skip;
}
