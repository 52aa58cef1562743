namespace CrdrTools.IntegrationTests.Support;

/// <summary>A test that waits out a server's own time limits: run where <c>CRDR_ROUNDS</c> asks for more, else skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongServerFactAttribute : FactAttribute
{
    public LongServerFactAttribute(params string[] programs) => Skip = new ServerFactAttribute(programs).Skip
        ?? (Environment.GetEnvironmentVariable("CRDR_ROUNDS") is null ? "takes long: set CRDR_ROUNDS to run it" : null);
}
