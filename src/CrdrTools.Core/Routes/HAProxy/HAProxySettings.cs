namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>What a route of the type <c>HAProxy</c> is described by.</summary>
public sealed record HAProxySettings
{
    /// <summary>The settings there are.</summary>
    public static IReadOnlyList<string> Known { get; } = ["sockets", "backend", "primaryServer", "recoveryServer", "stateFile", "cut"];

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
            Cut = route.Settings.Get("cut") is not { } cut || bool.Parse(cut),
        };
    }

    /// <summary>What is wrong with a description, or <see langword="null"/>.</summary>
    public static string? Complaint(CrdrRoute route)
    {
        string its = $"the HAProxy route '{route.Name}'";
        if (route.Settings.Keys.FirstOrDefault(k => !Known.Contains(k)) is { } unknown) return $"{its} does not know '{unknown}'; known: {string.Join(", ", Known)}";
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
        return route.Settings.Get("cut") is { } cut && !bool.TryParse(cut, out _) ? $"{its}: 'cut' is true or false" : null;
    }

    private static IReadOnlyList<string> List(string? text) => string.IsNullOrWhiteSpace(text) ? [] : [.. text!.Split(',').Select(t => t.Trim())];

    /// <summary>Names go into command lines, so that nothing else may.</summary>
    private static bool IsName(string? text) => !string.IsNullOrEmpty(text) && text!.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '.' or '_' or '-' or ':');
}
