namespace CrdrTools.IntegrationTests.Support;

/// <summary>A test that needs servers' programs; without them it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ServerFactAttribute : FactAttribute
{
    public ServerFactAttribute(params string[] programs)
    {
        string[] missing = [.. programs.Where(p => Free.Program(p) is null)];
        if (missing.Length > 0) Skip = $"not installed: {string.Join(", ", missing)}";
    }
}
