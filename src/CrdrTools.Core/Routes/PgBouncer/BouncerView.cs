using System.Globalization;
using System.Net;

namespace CrdrTools.Core.Routes.PgBouncer;

/// <summary>A connection from a PgBouncer to a server, for the route's database.</summary>
internal sealed record ServerConnection(string? Address, int? Port, bool CloseNeeded, bool ForNobody = false);

/// <summary>What one PgBouncer said of the route's database.</summary>
internal sealed record BouncerView
{
    /// <summary>The first that has SHOW STATE.</summary>
    private static readonly Version s_tellsItsState = new(1, 19);

    public required ConsoleAddress At { get; init; }
    public string? Host { get; init; }
    public int? Port { get; init; }
    public bool Paused { get; init; }
    public bool Disabled { get; init; }

    /// <summary>Whether it serves no database at all; older versions do not tell.</summary>
    public bool Held { get; init; }

    public required IReadOnlyList<ServerConnection> Servers { get; init; }

    /// <summary>How long a client is let wait, in seconds; 0 for ever.</summary>
    public double? QueryWaitTimeout { get; init; }

    /// <summary>
    /// The connections that carry, or may still carry, what a client said. During a pause a client who comes first of its kind makes
    /// PgBouncer log in to the server all the same; such a connection is given to nobody, and ended a moment later.
    /// </summary>
    public int Through => Servers.Count(s => !s.ForNobody);

    /// <summary>No client gets through, and none is through: a pause that still waits for somebody is no fence.</summary>
    public bool Fenced => (Paused || Held) && Through == 0;

    /// <summary>Connections that stayed on another server than the one new clients are sent to.</summary>
    public int Strays(PgBouncerSettings settings) => Servers.Count(s =>
        settings.SideOf(Host, Port) is { } side && IPAddress.TryParse(settings[side].Host, out _) && s.Address is not null && IPAddress.TryParse(s.Address, out _)
            ? settings.SideOf(s.Address, s.Port) != side
            : s.CloseNeeded);

    public string Server => Host is null ? "the local socket" : $"{HostPort.Show(Host)}:{Port}";

    /// <summary>Where clients are sent, and who is through.</summary>
    public static async Task<BouncerView> LookAsync(PgConsole console, ConsoleAddress at, PgBouncerSettings settings, CancellationToken ct)
    {
        string name = settings.Database;
        PgRow database = (await console.AskAsync("SHOW DATABASES", ct).ConfigureAwait(false)).Rows.FirstOrDefault(r => r["name"] == name)
            ?? throw new CrdrException(CrdrErrorKind.NotFound, "PgBouncerDatabaseMissing", $"PgBouncer at {at} has no database {name}.", "Name it as clients do, in the route's 'database'.");
        bool held = console.Release >= s_tellsItsState
            && (await console.AskAsync("SHOW STATE", ct).ConfigureAwait(false)).Rows.Any(r => r["key"] == "active" && r["value"] == "no");
        PgReply servers = await console.AskAsync("SHOW SERVERS", ct).ConfigureAwait(false);
        return new BouncerView
        {
            At = at, Host = database["host"] is { Length: > 0 } host ? host : null, Port = database.Number("port"),
            Paused = database["paused"] == "1", Disabled = database["disabled"] == "1", Held = held,
            Servers = [.. servers.Rows.Where(r => r["database"] == name).Select(r => new ServerConnection(r["addr"], r.Number("port"), r["close_needed"] is not (null or "0"),
                ForNobody: r["state"] is "new" || (r["state"] is "idle" or "used" && string.IsNullOrEmpty(r["link"]))))],
        };
    }

    /// <summary>The same, and how long clients are let wait.</summary>
    public static async Task<BouncerView> LookWellAsync(PgConsole console, ConsoleAddress at, PgBouncerSettings settings, CancellationToken ct)
    {
        BouncerView seen = await LookAsync(console, at, settings, ct).ConfigureAwait(false);
        string? wait = await SettingAsync(console, "query_wait_timeout", ct).ConfigureAwait(false);
        return seen with { QueryWaitTimeout = double.TryParse(wait, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) ? seconds : null };
    }

    public static async Task<string?> SettingAsync(PgConsole console, string name, CancellationToken ct) =>
        (await console.AskAsync("SHOW CONFIG", ct).ConfigureAwait(false)).Rows.FirstOrDefault(r => r["key"] == name)?["value"];

    /// <summary>Whether a client waits where there is no server connection it could be given.</summary>
    public static async Task<bool> AnyoneWaitsAsync(PgConsole console, string database, CancellationToken ct) =>
        (await console.AskAsync("SHOW POOLS", ct).ConfigureAwait(false)).Rows
            .Any(r => r["database"] == database && r.Number("cl_waiting") > 0 && new[] { "sv_active", "sv_idle", "sv_used", "sv_tested" }.All(c => r.Number(c) is null or 0));
}

/// <summary>Where a configuration file sends the route's database.</summary>
internal sealed record FileSays(string Path, string? Server = null, Side? Side = null, string? Trouble = null);

/// <summary>Pure: what the views of all PgBouncers mean for the route.</summary>
internal static class BouncerJudge
{
    /// <param name="name">The route's name.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="views">What was seen.</param>
    /// <param name="troubles">Why the others were not seen.</param>
    /// <param name="files">Where each file would send clients after a reload, or why that cannot be told.</param>
    /// <param name="unreached">Which were not seen.</param>
    public static CrdrRouteStatus Judge(string name, PgBouncerSettings settings, IReadOnlyList<BouncerView> views, IReadOnlyList<string> troubles, IReadOnlyList<FileSays> files, IReadOnlyList<string> unreached)
    {
        List<Side?> targets = [.. views.Select(v => Target(v, settings)).Distinct()];
        Side? target = targets.Count == 1 ? targets[0] : null;
        bool fenced = views.Count > 0 && troubles.Count == 0 && views.All(v => v.Fenced);
        List<string> said = [.. troubles];
        foreach (IGrouping<string, BouncerView> alike in views.GroupBy(v => Say(v, settings)))
            said.Add(views.Count + troubles.Count > 1 ? $"{string.Join(", ", alike.Select(v => v.At))}: {alike.Key}" : alike.Key);

        // Between a switch and its fence nothing depends on the files; else a reload or a restart would move the clients.
        List<FileSays> apart = [.. files.Where(f => f.Trouble is null && views.Any(v => settings.SideOf(v.Host, v.Port) != f.Side))];
        List<CrdrFinding> findings = [.. apart.Select(f => Finding("RouteNotDurable", $"{f.Path} says {f.Server}: a reload or a restart sends clients there"))];
        findings.AddRange(files.Select(f => f.Trouble).OfType<string>().Select(t => Finding("RouteFileUnreadable", t)));
        if (views.Any(v => v.QueryWaitTimeout == 0)) findings.Add(Finding("RouteWaitsForEver", "query_wait_timeout is 0: clients that a pause holds would wait for ever"));
        said.AddRange(findings.Select(f => f.Message));
        return new()
        {
            Name = name, Type = "PgBouncer", Target = fenced ? null : target, Fenced = fenced ? [Side.Primary, Side.Recovery] : [],
            Verified = troubles.Count == 0 && (fenced || (apart.Count == 0 && views.All(v => v.Strays(settings) == 0))),
            Findings = findings, Unreached = unreached, OutOfReach = views.Count == 0, Detail = string.Join("; ", said),
        };
    }

    private static CrdrFinding Finding(string id, string message) => new() { Severity = FindingSeverity.Warning, Id = id, Message = message };

    private static Side? Target(BouncerView view, PgBouncerSettings settings) => view.Paused || view.Held || view.Disabled ? null : settings.SideOf(view.Host, view.Port);

    private static string Say(BouncerView view, PgBouncerSettings settings)
    {
        string where = $"{view.Server} ({settings.SideOf(view.Host, view.Port)?.ToString().ToLowerInvariant() ?? "neither side"})";
        string through = view.Through == 1 ? "1 connection is" : $"{view.Through} connections are";
        const string Who = "an operation that runs or was stopped, or an administrator's PAUSE or KILL";
        if (view.Paused)
        {
            string resume = $"RESUME \"{settings.Database.Replace("\"", "\"\"")}\" on its console, or switching the route, lets clients go on";
            return $"paused in front of {where}: {(view.Fenced ? "clients wait" : $"{through} still through")} ({Who}; {resume})";
        }
        if (view.Held) return $"paused or suspended as a whole, in front of {where}: an administrator did that; RESUME on its console lets clients go on";
        if (view.Disabled)
        {
            string within = view.Through > 0 ? $", {through} through" : "";
            return $"disabled in front of {where}: new clients are turned away{within} (an administrator's DISABLE; ENABLE on its console, or switching the route, lets them in)";
        }
        int strays = view.Strays(settings);
        return $"leads to {where}{(strays > 0 ? $", and {strays} of {view.Servers.Count} connections to another server, since before" : "")}";
    }
}
