namespace CrdrTools.Core.Lab;

/// <summary>The pair that a lab's first two nodes are.</summary>
internal static class LabPair
{
    public static CrdrPair Of(LabDescription lab, string name)
    {
        LabNode a = lab.Nodes[0], b = lab.Nodes[1];
        return new()
        {
            Name = name, Provider = "PostgreSql", Primary = new() { Name = a.Name }, Recovery = new() { Name = b.Name },
            // A lab is switched to and fro as one likes.
            QuietTime = TimeSpan.Zero,
            Settings = new Dictionary<string, string>
            {
                ["primaryConnection"] = a.Operator, ["recoveryConnection"] = b.Operator, ["primaryNode"] = "local", ["recoveryNode"] = "local",
                ["primaryData"] = a.Data, ["recoveryData"] = b.Data, ["binDirectory"] = lab.BinDirectory, ["replicationUser"] = LabNames.Replicator,
                ["testPair"] = "true",
            },
            Routes = Routes(lab, a, b),
        };
    }

    /// <summary>Whether a pair is the one of the lab in a folder, this one or one that was there before.</summary>
    public static bool IsOf(CrdrPair pair, string folder) =>
        pair.Provider == "PostgreSql" && pair.Settings.Get("testPair") == "true" && pair.Settings.Get("primaryData") is { } data && LabFolder.Holds(folder, data);

    /// <summary>In front of HAProxy, PgBouncer leads to it for ever and moves nothing.</summary>
    private static CrdrRoute[] Routes(LabDescription lab, LabNode a, LabNode b) => lab switch
    {
        { HAProxy: { } proxy } =>
        [
            new()
            {
                Name = "haproxy", Type = "HAProxy", Settings = new Dictionary<string, string>
                {
                    ["sockets"] = proxy.Socket, ["backend"] = proxy.Backend, ["primaryServer"] = a.Name, ["recoveryServer"] = b.Name,
                    ["stateFile"] = proxy.StateFile,
                },
            },
        ],
        { PgBouncer: { } bouncer } =>
        [
            new()
            {
                Name = "pgbouncer", Type = "PgBouncer", Settings = new Dictionary<string, string>
                {
                    ["consoles"] = $"127.0.0.1:{bouncer.Port}", ["user"] = LabNames.Operator, ["database"] = LabNames.App, ["config"] = bouncer.Config,
                    ["primaryHost"] = $"127.0.0.1:{a.Port}", ["recoveryHost"] = $"127.0.0.1:{b.Port}",
                },
            },
        ],
        _ => [],
    };
}
