namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>The <c>Cc-Version</c> a request asks for; without one the latest.</summary>
internal static class ApiVersion
{
    public const string Header = "Cc-Version";
    public const string Latest = "2024-09-16";

    /// <summary>Which there were before is assumed.</summary>
    private static readonly string[] Known = ["2022-03-31", "2022-09-20", "2023-04-10", Latest];

    /// <exception cref="CockroachProblem">There is no such version.</exception>
    public static string Checked(string? version)
    {
        if (version is null) return Latest;
        return Known.Contains(version) ? version : throw CockroachProblem.Input("invalid Cc-Version.");
    }
}
