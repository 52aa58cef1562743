namespace CrdrTools.IntegrationTests.Support;

/// <summary>A theory that is run where <c>CRDR_ROUNDS</c> asks for more, else skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongServerTheoryAttribute : TheoryAttribute
{
    public LongServerTheoryAttribute(params string[] programs) => Skip = new LongServerFactAttribute(programs).Skip;
}
