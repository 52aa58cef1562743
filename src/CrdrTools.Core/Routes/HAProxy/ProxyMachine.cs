namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>
/// What a proxy does not tell over its socket, and its machine does where that is this one and lets us look: whether another process listens on its ports as well,
/// so that it takes some of the clients and hears no order, and how often a dead server is tried again. What cannot be seen is not told.
/// </summary>
internal static class ProxyMachine
{
    /// <summary>The findings about the process of that id.</summary>
    public static IReadOnlyList<CrdrFinding> Look(string address, int pid, string backend)
    {
        List<CrdrFinding> findings = [];
#if NET
        try
        {
            string home = $"/proc/{pid}";
            // In another container its number is somebody else's here.
            if (!OperatingSystem.IsLinux() || !File.Exists($"{home}/comm") || !File.ReadAllText($"{home}/comm").StartsWith("haproxy", StringComparison.Ordinal)) return [];
            if (Retries(Configuration(home), backend) is { } retries and > 0)
                findings.Add(new() { Severity = FindingSeverity.Info, Id = "RouteRetries", Message = $"{address}: by its configuration a client that a server refuses is kept for 1 s and tries the same one again, up to {retries} times ('retries'): 0 sends it away at once" });
            HashSet<string> ours = [.. Directory.GetFileSystemEntries($"{home}/fd").Select(f => new FileInfo(f).LinkTarget).OfType<string>().Where(t => t.StartsWith("socket:[", StringComparison.Ordinal)).Select(t => t[8..^1])];
            foreach (int port in new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(f => Shared(File.ReadAllText(f), ours)).Distinct())
                findings.Add(new() { Severity = FindingSeverity.Warning, Id = "RoutePortShared", Message = $"{address}: another process listens on port {port} too, and takes some of the clients (is an older HAProxy left?): it is not told what this one is told" });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just ended.
        }
#endif
        return findings;
    }

    /// <summary>Pure: the ports on which one of these sockets listens, and another one too; from the kernel's table.</summary>
    internal static IReadOnlyList<int> Shared(string table, ISet<string> ours)
    {
        // Local address, state and inode; 0A is a socket that listens.
        List<(string Local, bool Ours)> listening = [.. table.Split('\n').Skip(1).Select(l => l.Split([' '], StringSplitOptions.RemoveEmptyEntries))
            .Where(c => c.Length > 9 && c[3] == "0A").Select(c => (c[1], ours.Contains(c[9])))];
        return [.. listening.GroupBy(l => l.Local).Where(g => g.Any(l => l.Ours) && g.Any(l => !l.Ours)).Select(g => Convert.ToInt32(g.Key.Substring(g.Key.LastIndexOf(':') + 1), 16))];
    }

    /// <summary>Pure: how often a backend tries again, by its configuration; <see langword="null"/>: it has none of that name, or says it in another way.</summary>
    internal static int? Retries(IEnumerable<string> configuration, string backend)
    {
        // What HAProxy does unless told.
        const int Default = 3;
        Dictionary<string, string?> named = [];
        string? common = null, section = null, own = null, of = null;
        bool found = false;
        foreach (string[] words in configuration.Select(l => l.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).Where(w => w.Length > 0))
        {
            if (words[0] is "global" or "defaults" or "frontend" or "backend" or "listen" or "peers" or "resolvers" or "userlist" or "program" or "cache" or "ring" or "mailers")
            {
                if (section == "ours") found = true;
                section = words[0] == "defaults" ? "defaults" : words[0] is "backend" or "listen" && words.Length > 1 && words[1] == backend && !found ? "ours" : "";
                int from = Array.IndexOf(words, "from");
                string? parent = from > 0 && from + 1 < words.Length && named.TryGetValue(words[from + 1], out string? theirs) ? theirs : null;
                if (section == "defaults")
                {
                    common = parent;
                    of = words.Length > 1 && words[1] != "from" ? words[1] : null;
                    if (of is not null) named[of] = common;
                }
                else if (section == "ours")
                {
                    own = from > 0 ? parent : common;
                }
                continue;
            }
            if (words[0] != "retries" || words.Length < 2) continue;
            if (section == "ours") own = words[1];
            if (section != "defaults") continue;
            common = words[1];
            if (of is not null) named[of] = common;
        }
        if (!found && section != "ours") return null;
        return own is null ? Default : int.TryParse(own, out int number) ? number : null;
    }

#if NET
    /// <summary>The lines of the files that it was started with, in order.</summary>
    private static IEnumerable<string> Configuration(string home)
    {
        string[] words = File.ReadAllText($"{home}/cmdline").Split('\0');
        for (int i = 0; i + 1 < words.Length; i++)
        {
            if (words[i] != "-f") continue;
            string path = Path.IsPathRooted(words[i + 1]) ? words[i + 1] : Path.Combine(new FileInfo($"{home}/cwd").LinkTarget ?? "/", words[i + 1]);
            foreach (string file in Directory.Exists(path) ? Directory.GetFiles(path, "*.cfg").Order(StringComparer.Ordinal) : new[] { path }.AsEnumerable())
                foreach (string line in File.ReadAllLines(file)) yield return line;
        }
    }
#endif
}
