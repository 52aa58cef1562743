using System.Globalization;
using CrdrTools.Core.Pairs;

namespace CrdrTools.Core.Routes.PgBouncer;

/// <summary>What the description of a PgBouncer route says, read once.</summary>
internal sealed record PgBouncerSettings
{
    /// <summary>The settings there are.</summary>
    public static IReadOnlyList<string> Known { get; } = ["consoles", "user", "password", "database", "config", "primaryHost", "recoveryHost", "pauseSeconds", "timeoutSeconds"];

    public required IReadOnlyList<ConsoleAddress> Consoles { get; init; }
    public required string User { get; init; }
    public string? Password { get; init; }
    public required string Database { get; init; }
    public required IReadOnlyList<ConfigFile> Files { get; init; }
    public required (string Host, int Port) Primary { get; init; }
    public required (string Host, int Port) Recovery { get; init; }
    public required TimeSpan Pause { get; init; }
    public required TimeSpan Limit { get; init; }

    public (string Host, int Port) this[Side side] => side == Side.Primary ? Primary : Recovery;

    /// <summary>Which side a server is; <see langword="null"/> for neither.</summary>
    public Side? SideOf(string? host, int? port) =>
        Is(Primary, host, port) ? Side.Primary : Is(Recovery, host, port) ? Side.Recovery : null;

    /// <summary>The settings, or what is wrong with them.</summary>
    public static (PgBouncerSettings? Settings, string? Complaint) Read(CrdrRoute route)
    {
        IReadOnlyDictionary<string, string> said = route.Settings;
        (PgBouncerSettings?, string?) Wrong(string what) => (null, $"the PgBouncer route '{route.Name}' {what}");

        if (said.Keys.FirstOrDefault(k => !Known.Contains(k)) is { } unknown) return Wrong($"has the unknown setting '{unknown}'{Spelling.Meant(unknown, Known)}; known: {string.Join(", ", Known)}");
        foreach (string needed in new[] { "consoles", "database", "config", "primaryHost", "recoveryHost" })
            if (string.IsNullOrWhiteSpace(said.Get(needed))) return Wrong($"needs '{needed}'");

        List<ConsoleAddress> consoles = [];
        foreach (string console in List(said["consoles"]))
        {
            if (ConsoleAddress.Read(console) is not { } at) return Wrong($"has a console '{console}' that is neither host:port nor the folder of a unix socket");
            if (!at.Fits) return Wrong($"has a console whose socket's path is too long: {at.SocketPath}");
            if (!consoles.Contains(at)) consoles.Add(at);
        }
        if (HostPort.Read(said["primaryHost"]) is not { } primary) return Wrong("needs 'primaryHost' as host:port");
        if (HostPort.Read(said["recoveryHost"]) is not { } recovery) return Wrong("needs 'recoveryHost' as host:port");
        if (Is(primary, recovery.Host, recovery.Port)) return Wrong("has the same host for both sides");
        if (SecretReference.Complaint(said.Get("password")) is { } complaint) return Wrong($"has a password that cannot be: {complaint}");
        if (said["database"] is "pgbouncer" or "*") return Wrong($"cannot move the database '{said["database"]}'");
        if (Seconds(said.Get("pauseSeconds"), 10) is not { } pause) return Wrong("needs 'pauseSeconds' as a number of seconds, 0 to 3600");
        if (Seconds(said.Get("timeoutSeconds"), 5) is not { } limit || limit == TimeSpan.Zero) return Wrong("needs 'timeoutSeconds' as a number of seconds above 0");
        return (new PgBouncerSettings
        {
            Consoles = consoles, User = said.Get("user") ?? "pgbouncer", Password = said.Get("password"), Database = said["database"],
            Files = [.. List(said["config"]).Select(f => new ConfigFile(f))], Primary = primary, Recovery = recovery, Pause = pause, Limit = limit,
        }, null);
    }

    private static IEnumerable<string> List(string text) => text.Split(',').Select(t => t.Trim()).Where(t => t.Length > 0);

    private static TimeSpan? Seconds(string? text, double otherwise) =>
        text is null ? TimeSpan.FromSeconds(otherwise)
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds <= 3600 ? TimeSpan.FromSeconds(seconds) : null;

    private static bool Is((string Host, int Port) server, string? host, int? port) => host is not null && server.Port == port && HostPort.Same(server.Host, host);
}
