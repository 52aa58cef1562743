using System.Globalization;
using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>Self-managed PostgreSQL: two servers with streaming replication between them.</summary>
public sealed class PostgresProvider : IProvider, IReadNodeProvider
{
    /// <inheritdoc/>
    public string Kind => "PostgreSql";

    /// <inheritdoc/>
    public bool NeedsToken => false;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["primaryConnection"] = "how the primary is reached: Host=…;Port=5432;Username=…, or postgresql://user@host:5432/database; no password",
        ["recoveryConnection"] = "the same for the recovery side",
        ["primaryPassword"] = "where the primary's password is found, as env:NAME; the pair's secret unless told",
        ["recoveryPassword"] = "the same for the recovery side",
        ["primaryReplication"] = "how the recovery side reaches the primary, as libpq reads it; made of primaryConnection unless told",
        ["recoveryReplication"] = "how the primary reaches the recovery side",
        ["replicationUser"] = "the user that replicates, that of the connection unless told",
        ["primaryNode"] = "what reaches the primary's machine: local, command or none; none unless told",
        ["recoveryNode"] = "the same for the recovery side",
        ["primaryData"] = "the primary's data directory, for primaryNode local",
        ["recoveryData"] = "the recovery side's data directory",
        ["primaryCommands"] = "for primaryNode command: JSON, a list of arguments by what it does, as {\"start\":[\"ssh\",\"a\",\"systemctl\",\"start\",\"postgresql\"], …}",
        ["recoveryCommands"] = "the same for the recovery side",
        ["binDirectory"] = "where PostgreSQL's own programs are; found unless told",
        ["lagLimit"] = "how many seconds a standby may be behind and still count as caught up, 60 unless told",
        ["cutover"] = "how a planned move is done: clean stops the old primary and compares its last record; handover empties it and ends it, which is quicker; clean unless told",
        ["testPair"] = "true: the pair is for rehearsals, and may be broken on purpose",
    };

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretSettings { get; } = [PasswordSetting(Side.Primary), PasswordSetting(Side.Recovery)];

    internal static string PasswordSetting(Side side) => side == Side.Primary ? "primaryPassword" : "recoveryPassword";

    /// <inheritdoc/>
    public string? Complaint(CrdrPair pair)
    {
        if (pair.Recovery.Name.Length == 0) return "needs a name for its recovery side";
        foreach (Side side in new[] { Side.Primary, Side.Recovery })
        {
            string prefix = MemberSettings.Prefix(side);
            if (pair.Settings.Get($"{prefix}Connection") is null) return $"needs '{prefix}Connection': Host=…;Port=5432;Username=…, or postgresql://user@host:5432/database";
            if (pair.Settings.Get($"{prefix}Node") is { } node && node is not ("local" or "command" or "none")) return $"{prefix}Node is local, command or none, not '{node}'";
            if (pair.Settings.Get($"{prefix}Node") == "local" && string.IsNullOrEmpty(pair.Settings.Get($"{prefix}Data"))) return $"needs '{prefix}Data', its data directory, for {prefix}Node local";
            if (pair.Settings.Get($"{prefix}Node") == "command")
            {
                if (MemberSettings.Commands(pair.Settings.Get($"{prefix}Commands")) is not { Count: > 0 } commands) return $"needs '{prefix}Commands' for {prefix}Node command: JSON, a list of arguments by what it does; known: {string.Join(", ", Nodes.CommandNode.Names)}";
                if (commands.Keys.FirstOrDefault(c => !Nodes.CommandNode.Names.Contains(c)) is { } unknown) return $"{prefix}Commands has '{unknown}'; known: {string.Join(", ", Nodes.CommandNode.Names)}";
                if (commands.FirstOrDefault(c => c.Value.Count == 0).Key is { } empty) return $"{prefix}Commands has nothing to run for '{empty}'";
            }
            if (Pairs.SecretReference.Complaint(pair.Settings.Get(PasswordSetting(side))) is not null) return $"{prefix}Password must be a reference, env:NAME or secret:[vault/]name, never the password itself";
        }
        if (pair.Settings.Get("lagLimit") is { } lag && !(double.TryParse(lag, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 86400))
            return $"the lag limit '{lag}' is no number of seconds between 0 and a day";
        if (pair.Settings.Get("cutover") is { } cutover && cutover is not ("clean" or "handover")) return $"cutover is 'clean' or 'handover', not '{cutover}'";
        if (pair.Settings.Get("testPair") is { } test && test is not ("true" or "false")) return $"testPair is 'true' or 'false', not '{test}'";
        return pair.Routes.FirstOrDefault(r => r.Type == "VendorManaged") is { } route ? $"nobody but you moves a name of these servers, so the route '{route.Name}' cannot be VendorManaged" : null;
    }

    /// <inheritdoc/>
    public IReadNodes OpenNodes(CrdrPair pair, ProviderContext context) => new PostgresReadNodes(pair, context);

    /// <inheritdoc/>
    public string? Complaint(CrdrStandby standby) => PostgresReadNodes.Complaint(standby);

    /// <inheritdoc/>
    public IPairSession Open(CrdrPair pair, ProviderContext context) => new PostgresSession(pair, context);

    /// <inheritdoc/>
    public async Task<CrdrPair> DiscoverAsync(CrdrPair draft, ProviderContext context, CancellationToken ct)
    {
        using PostgresSession session = new(draft, context);
        MemberSight p = await session.Primary.LookAsync(ct).ConfigureAwait(false), r = await session.Recovery.LookAsync(ct).ConfigureAwait(false);
        if (p.Facts is null) throw p.Trouble!;
        if (r.Facts is null && r.Trouble is { Kind: CrdrErrorKind.Authentication }) throw r.Trouble;
        if (r.Facts is { } other && other.SystemIdentifier != p.Facts.SystemIdentifier)
            throw new CrdrException(CrdrErrorKind.InvalidInput, "DifferentSystems", $"{draft.Primary.Name} and {draft.Recovery.Name} are of different systems ({p.Facts.SystemIdentifier}, {other.SystemIdentifier}): one cannot follow the other.");
        CrdrPair pinned = draft with { Primary = Pin(draft.Primary, session.Primary.Settings, p.Facts), Recovery = r.Facts is { } facts ? Pin(draft.Recovery, session.Recovery.Settings, facts) : draft.Recovery };
        return pinned.Recovery.Identity is null || pinned.Primary.Identity != pinned.Recovery.Identity ? pinned
            : throw new CrdrException(CrdrErrorKind.InvalidInput, "MembersAreOne", $"{draft.Primary.Name} and {draft.Recovery.Name} are one server: {pinned.Primary.Identity}.", "Give each side its own server's address.");
    }

    /// <summary>A pooler shows the port of the server behind it, and whom it leads to may change: it is no member (safety rule S4).</summary>
    private static CrdrMember Pin(CrdrMember member, MemberSettings settings, PostgresFacts facts) =>
        settings.Elsewhere(facts.DataDirectory) is { } elsewhere ? throw new CrdrException(CrdrErrorKind.InvalidInput, "NodeIsAnothers", $"{elsewhere}.", "Give the server's own data directory.")
        : facts.Port is { } port && port != settings.Connection.Port
            ? throw new CrdrException(CrdrErrorKind.InvalidInput, "MemberIsPooler", $"{member.Name}: what answers at {settings.Endpoint} is a server on port {port}, behind a pooler or a proxy.", "Give the server's own address.")
            : member with { Identity = PostgresView.Identity(settings, facts) };
}
