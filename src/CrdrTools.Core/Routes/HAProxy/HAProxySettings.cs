namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>What a route of the type <c>HAProxy</c> is described by.</summary>
public sealed record HAProxySettings
{
    /// <summary>The settings there are.</summary>
    public static IReadOnlyList<string> Known { get; } = ["sockets", "backend", "primaryServer", "recoveryServer", "stateFile", "cut", "hold", "holdSeconds", "maxconn"];

    /// <summary>A connection that says nothing is closed by PostgreSQL after a minute (<c>authentication_timeout</c>), and the hold stands on one.</summary>
    private const int LongestHold = 45;

    /// <summary>The proxies' runtime sockets, in order.</summary>
    public required IReadOnlyList<string> Sockets { get; init; }

    /// <summary>Each proxy's server state file, if it has one; in the same order.</summary>
    public required IReadOnlyList<string?> StateFiles { get; init; }

    /// <summary>The backend that clients come through.</summary>
    public required string Backend { get; init; }

    /// <summary>The server in it that is the pair's primary service.</summary>
    public required string Primary { get; init; }

    /// <summary>The server in it that is the pair's recovery service.</summary>
    public required string Recovery { get; init; }

    /// <summary>Whether sessions are shut down; if not, HAProxy's configuration must do it, or they are waited for.</summary>
    public bool Cut { get; init; } = true;

    /// <summary>
    /// Where clients come in, a door a proxy, in the order of the sockets: there new ones wait while a planned move is made. Empty: they are turned away.
    /// Not so unless told, for it takes a door that leads to this backend from here, and servers that stand still for it.
    /// </summary>
    public IReadOnlyList<(string Host, int Port)> Doors { get; init; } = [];

    /// <summary>How long new clients may wait.</summary>
    public TimeSpan HoldLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The servers' <c>maxconn</c> as HAProxy's configuration has it, so that whoever finds a hold that was left knows what was before; 0 where it has none.</summary>
    public int MaxConn { get; init; }

    /// <summary>Whether a server is limited as a hold limits it.</summary>
    public bool Holds(HAProxyServer server) => server.Limit is HAProxyNeed.OneClient or HAProxyNeed.AnyNumber && server.Limit != MaxConn && Doors.Count > 0;

    /// <summary>The server of a side.</summary>
    public string this[Side side] => side == Side.Primary ? Primary : Recovery;

    /// <summary>Reads a description that <see cref="Complaint"/> has nothing to say about.</summary>
    public static HAProxySettings Read(CrdrRoute route)
    {
        if (Complaint(route) is { } complaint) throw new CrdrException(CrdrErrorKind.InvalidInput, "InvalidRoute", complaint);
        IReadOnlyList<string> sockets = List(route.Settings.Get("sockets"));
        IReadOnlyList<string> files = List(route.Settings.Get("stateFile"));
        return new()
        {
            Sockets = sockets, StateFiles = files.Count == 0 ? new string?[sockets.Count] : [.. files.Select(f => f.Length == 0 ? null : f)],
            Backend = route.Settings["backend"], Primary = route.Settings["primaryServer"], Recovery = route.Settings["recoveryServer"],
            Cut = route.Settings.Get("cut") is not { } cut || bool.Parse(cut), Doors = [.. List(route.Settings.Get("hold")).Select(d => HostPort.Read(d)!.Value)],
            HoldLimit = TimeSpan.FromSeconds(Number(route.Settings.Get("holdSeconds"), 20) ?? 20), MaxConn = Number(route.Settings.Get("maxconn"), 0) ?? 0,
        };
    }

    /// <summary>What is wrong with a description, or <see langword="null"/>.</summary>
    public static string? Complaint(CrdrRoute route)
    {
        string its = $"the HAProxy route '{route.Name}'";
        if (route.Settings.Keys.FirstOrDefault(k => !Known.Contains(k)) is { } unknown) return $"{its} does not know '{unknown}'{Spelling.Meant(unknown, Known)}; known: {string.Join(", ", Known)}";
        IReadOnlyList<string> sockets = List(route.Settings.Get("sockets"));
        if (sockets.Count == 0) return $"{its} needs 'sockets': paths or host:port, with commas between them";
        if (sockets.Select(HAProxyRuntime.Complaint).FirstOrDefault(c => c is not null) is { } address) return $"{its}: {address}";
        if (sockets.Distinct().Count() < sockets.Count) return $"{its} names a socket twice";
        foreach (string name in new[] { "backend", "primaryServer", "recoveryServer" })
            if (!IsName(route.Settings.Get(name))) return $"{its} needs '{name}': a name as HAProxy allows it (letters, digits, and . _ - :)";
        if (route.Settings["primaryServer"] == route.Settings["recoveryServer"]) return $"{its} has one server for both sides";
        IReadOnlyList<string> files = List(route.Settings.Get("stateFile"));
        if (files.Count > 0 && files.Count != sockets.Count) return $"{its} has {sockets.Count} sockets and {files.Count} state files: one each, in the same order";
        if (files.FirstOrDefault(f => f.Length > 0 && !Path.IsPathRooted(f)) is { } relative) return $"{its}: the state file '{relative}' must be a whole path";
        if (files.Where(f => f.Length > 0).GroupBy(f => f).Any(g => g.Count() > 1)) return $"{its} names a state file twice";
        if (route.Settings.Get("cut") is { } cut && !bool.TryParse(cut, out _)) return $"{its}: 'cut' is true or false";
        IReadOnlyList<string> doors = List(route.Settings.Get("hold"));
        if (doors.FirstOrDefault(d => HostPort.Read(d) is null) is { } door) return $"{its}: 'hold' is where clients come in, host:port, not '{door}'";
        if (doors.Count > 0 && doors.Count != sockets.Count) return $"{its} has {sockets.Count} sockets and {doors.Count} doors in 'hold': one each, in the same order";
        if (doors.Count == 0 && new[] { "holdSeconds", "maxconn" }.FirstOrDefault(route.Settings.ContainsKey) is { } idle) return $"{its} has '{idle}' without 'hold'";
        if (Number(route.Settings.Get("holdSeconds"), 20) is not (>= 1 and <= LongestHold)) return $"{its}: 'holdSeconds' is 1 to {LongestHold}";
        return Number(route.Settings.Get("maxconn"), 0) is 0 or (> HAProxyNeed.OneClient and < HAProxyNeed.AnyNumber) ? null : $"{its}: 'maxconn' is what HAProxy's configuration gives both servers, above 1; 0 where it gives none";
    }

    private static int? Number(string? text, int otherwise) => text is null ? otherwise : int.TryParse(text, out int number) ? number : null;

    private static IReadOnlyList<string> List(string? text) => string.IsNullOrWhiteSpace(text) ? [] : [.. text!.Split(',').Select(t => t.Trim())];

    /// <summary>Names go into command lines, so that nothing else may.</summary>
    private static bool IsName(string? text) => !string.IsNullOrEmpty(text) && text!.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '.' or '_' or '-' or ':');
}
