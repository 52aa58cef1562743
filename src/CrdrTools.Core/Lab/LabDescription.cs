using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrdrTools.Core.Lab;

/// <summary>A lab as it was set up: what its <c>lab.json</c> holds. What became of it since is told by <see cref="PostgresLab.StatusAsync"/>.</summary>
public sealed record LabDescription
{
    /// <summary>The folder that holds all of it.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether it was set up to the end.</summary>
    public bool Complete { get; init; }

    /// <summary>When it was begun.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Whom its processes run as, where root has started them.</summary>
    public string? Owner { get; init; }

    /// <summary>Where PostgreSQL's programs are.</summary>
    public required string BinDirectory { get; init; }

    /// <summary>PostgreSQL's version, when it has told.</summary>
    public string? Version { get; init; }

    /// <summary>Whether a commit waits for a standby.</summary>
    public bool Synchronous { get; init; }

    /// <summary>The servers, the primary first.</summary>
    public required IReadOnlyList<LabNode> Nodes { get; init; }

    /// <summary>HAProxy, where it stands in front.</summary>
    public LabHAProxy? HAProxy { get; init; }

    /// <summary>PgBouncer, where it stands in front.</summary>
    public LabPgBouncer? PgBouncer { get; init; }

    /// <summary>The pair that <c>a</c> and <c>b</c> are, ready for the pair file.</summary>
    public CrdrPair? Pair { get; init; }

    /// <summary>The node of that name.</summary>
    [JsonIgnore]
    public LabNode this[string name] => Nodes.FirstOrDefault(n => n.Name == name)
        ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "LabNodeUnknown", $"The lab has no node '{name}': {string.Join(", ", Nodes.Select(n => n.Name))}.");

    /// <summary>Where applications connect: the outermost proxy, or the primary.</summary>
    [JsonIgnore]
    public int ClientPort => PgBouncer?.Port ?? HAProxy?.Port ?? Nodes[0].Port;

    /// <summary>For applications: the user and database <c>app</c>, through whatever stands in front.</summary>
    [JsonIgnore]
    public string ClientConnection => Connection(ClientPort, LabNames.App, LabNames.App);

    internal static string Connection(int port, string user, string database) =>
        $"Host=127.0.0.1;Port={port};Username={user};Database={database};SSL Mode=Disable";
}

/// <summary>One server of a lab.</summary>
public sealed record LabNode
{
    /// <summary><c>a</c>, <c>b</c> or <c>c</c>; also the name that its standby connection bears.</summary>
    public required string Name { get; init; }

    /// <summary>Its port on 127.0.0.1.</summary>
    public required int Port { get; init; }

    /// <summary>What it was at set-up: <c>primary</c> or <c>standby</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Its data directory.</summary>
    public required string Data { get; init; }

    /// <summary>What it says.</summary>
    public required string Log { get; init; }

    /// <summary>The other nodes' replication slot for it.</summary>
    [JsonIgnore]
    public string Slot => $"crdr_{Name}";

    /// <summary>For the operator, a superuser.</summary>
    [JsonIgnore]
    public string Operator => Connection(LabNames.Operator);

    /// <summary>For an application, past every proxy.</summary>
    [JsonIgnore]
    public string App => Connection(LabNames.App, LabNames.App);

    /// <summary>For whom one likes.</summary>
    public string Connection(string user, string database = "postgres") => LabDescription.Connection(Port, user, database);
}

/// <summary>The HAProxy of a lab.</summary>
public sealed record LabHAProxy
{
    /// <summary>Clients come here.</summary>
    public required int Port { get; init; }

    /// <summary>Its admin socket.</summary>
    public required string Socket { get; init; }

    /// <summary>Its server state file.</summary>
    public required string StateFile { get; init; }

    /// <summary>Its configuration.</summary>
    public required string Config { get; init; }

    /// <summary>The backend with the servers <c>a</c> and <c>b</c>.</summary>
    public required string Backend { get; init; }
}

/// <summary>The PgBouncer of a lab.</summary>
public sealed record LabPgBouncer
{
    /// <summary>Clients come here, and the operator to the database <c>pgbouncer</c>.</summary>
    public required int Port { get; init; }

    /// <summary>Its configuration.</summary>
    public required string Config { get; init; }

    /// <summary>What it says.</summary>
    public required string Log { get; init; }
}

/// <summary>Who is who in every lab.</summary>
internal static class LabNames
{
    public const string Operator = "crdr", Replicator = "replicator", App = "app", Backend = "pg", Superuser = "postgres";
}

/// <summary>How a lab is written down.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LabDescription))]
[JsonSerializable(typeof(LabStatus))]
[JsonSerializable(typeof(LabEnd))]
public sealed partial class LabJson : JsonSerializerContext
{
    /// <summary>The same on many lines, for people.</summary>
    public static LabJson Indented { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
