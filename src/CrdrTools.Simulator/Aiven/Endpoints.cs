using System.Globalization;

namespace CrdrTools.Simulator.Aiven;

/// <summary>
/// How a service is reached. Host names end in <c>.invalid</c>: they lead nowhere. Documented: the pair shares one URI and its credentials;
/// a setting gives each service its own and shows the shared one as a component.
/// </summary>
internal sealed record Endpoints(string Host, string ReplicaHost, string? SharedHost, int Port, string Password)
{
    public const string User = "avnadmin";
    public const string Database = "defaultdb";
    private const string Suffix = ".aivencloud.invalid";

    /// <summary>How the real one is made is not documented, but that it is a name of its own.</summary>
    public string HaReplicaHost => "ha-" + ReplicaHost;

    public string Uri => UriOf(Host);

    public string ReplicaUri => UriOf(ReplicaHost);

    public static Endpoints Of(AivenService service, AivenPair? pair, SimulatorSettings settings, bool secrets)
    {
        var name = pair?.Primary ?? service.Key;
        var shared = $"{name.Service}-{name.Project}{Suffix}";
        var own = $"{service.Key.Service}-{service.Key.Project}{Suffix}";
        var port = 20000 + (int)(Hash(name.ToString()) % 9000);
        var password = secrets ? PasswordOf(name.ToString()) : "<redacted>";
        return pair is null || settings.SharedUri
            ? new Endpoints(shared, "replica-" + own, null, port, password)
            : new Endpoints(own, "replica-" + own, "dr-" + shared, port, password);
    }

    /// <summary>Not a secret, but shaped like one, so that what leaks it can be caught.</summary>
    public static string PasswordOf(string name) => "AVNS_simulated" + Hash(name).ToString("x8", CultureInfo.InvariantCulture);

    private string UriOf(string host) =>
        FormattableString.Invariant(
            $"postgres://{User}:{System.Uri.EscapeDataString(Password)}@{host}:{Port}/{Database}?sslmode=require");

    private static uint Hash(string text) => text.Aggregate(2166136261u, (hash, c) => unchecked((hash ^ c) * 16777619u));
}
