using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.Core.Sql;
using Npgsql;
using System.Text.Json;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>What the description of a pair says of one member.</summary>
internal sealed record MemberSettings
{
    /// <summary>A base backup is one command, and a big one takes hours.</summary>
    private static readonly TimeSpan s_command = TimeSpan.FromHours(24);

    public required Side Side { get; init; }
    public required string Name { get; init; }

    /// <summary>How it is reached by SQL, without a password.</summary>
    public required NpgsqlConnectionStringBuilder Connection { get; init; }

    /// <summary>How the other member reaches it for replication, as libpq reads it, without a password.</summary>
    public required string Conninfo { get; init; }

    /// <summary>Who the other member replicates as.</summary>
    public string Replicator => (Nodes.Conninfo.IsUri(Conninfo) ? Uri.UnescapeDataString(new Uri(Conninfo).UserInfo.Split(':')[0])
        : Nodes.Conninfo.Parse(Conninfo).LastOrDefault(p => p.Key == "user").Value) is { Length: > 0 } user ? user : Connection.Username ?? "postgres";

    /// <summary>The slot on this member that the other one streams through.</summary>
    public required string SlotForPeer { get; init; }

    /// <summary>How its machine is reached: <c>local</c>, <c>command</c> or <c>none</c>.</summary>
    public required string Node { get; init; }

    public string? DataDirectory { get; init; }

    /// <summary>How the other member's machine reads its data, as <c>pg_rewind</c> does: with the operator's rights.</summary>
    public string Source => Nodes.Conninfo.As(Conninfo, Connection.Username ?? "postgres", Connection.Database ?? "postgres");

    /// <summary>Where PostgreSQL's own programs are, as the pair says; <see langword="null"/>: on the path of its machine, it is hoped.</summary>
    public string? Programs { get; init; }

    /// <summary>One of PostgreSQL's own programs on its machine, as it is typed there.</summary>
    public string Program(string name) => Node == "local" && Programs is { } folder ? Path.Combine(folder, name) : name;

    /// <summary>Its data directory, as it is typed on its machine.</summary>
    public string Data => DataDirectory ?? "DATADIR";

    /// <summary>A question to it by hand.</summary>
    public string Psql(string statement) =>
        $"psql \"host={Quoted(Connection.Host!)} port={Connection.Port} user={Quoted(Connection.Username ?? "postgres")} dbname={Quoted(Connection.Database ?? "postgres")}\" -c '{statement}'";

    public string Endpoint => $"{Connection.Host}:{Connection.Port}";

    public static string Prefix(Side side) => side == Side.Primary ? "primary" : "recovery";

    /// <summary>Reads one side; throws <see cref="CrdrException"/> where it cannot be read.</summary>
    public static MemberSettings Read(CrdrPair pair, Side side)
    {
        string prefix = Prefix(side), name = pair[side].Name;
        string text = pair.Settings.Get($"{prefix}Connection") ?? throw Wrong($"needs '{prefix}Connection': Host=…;Port=5432;Username=…, or postgresql://user@host:5432/database");
        NpgsqlConnectionStringBuilder connection = new(ConnectionText.Read(text, 5432, SslMode.Prefer));
        if (string.IsNullOrEmpty(connection.Host)) throw Wrong($"has no host in '{prefix}Connection'");
        if (connection.Password is not null) throw Wrong($"has a password in '{prefix}Connection': give it as a reference, env:NAME, in '{prefix}Password'");
        if (string.IsNullOrEmpty(connection.Database)) connection.Database = "postgres";
        connection.ApplicationName = "crdrtools";
        connection.Timeout = 3;
        connection.CommandTimeout = 3;
        connection.KeepAlive = 0;
        return new()
        {
            Side = side, Name = name, Connection = connection, Node = pair.Settings.Get($"{prefix}Node") ?? "none", DataDirectory = pair.Settings.Get($"{prefix}Data"), Programs = pair.Settings.Get("binDirectory"),
            SlotForPeer = SlotOf(pair[side == Side.Primary ? Side.Recovery : Side.Primary].Name),
            Conninfo = pair.Settings.Get($"{prefix}Replication")
                ?? $"host={Quoted(connection.Host!)} port={connection.Port} user={Quoted(pair.Settings.Get("replicationUser") ?? connection.Username ?? "postgres")}",
        };

        CrdrException Wrong(string what) => new(CrdrErrorKind.InvalidInput, "PairInvalid", $"The pair '{pair.Name}' {what}.");
    }

    /// <summary>What is wrong where a server is of another directory than the one that its machine is told to act on; <see langword="null"/>: nothing, or it cannot be told.</summary>
    public string? Elsewhere(string? dataDirectory) =>
        Node != "local" || DataDirectory is null || dataDirectory is null || Same(dataDirectory, DataDirectory) ? null
            : $"{Name} works in {dataDirectory}, and its machine is told to act on {DataDirectory}";

    /// <summary>How many bytes are free for its log, where its files are this machine's.</summary>
    public long? LogRoom()
    {
        if (Node != "local" || DataDirectory is null) return null;
        try
        {
            return new DriveInfo(Path.Combine(DataDirectory, "pg_wal")).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static bool Same(string left, string right) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(left)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(right))
        || (OperatingSystem.IsLinux() && Posix.Stat(left) is { } one && Posix.Stat(right) is { } other && (one.Device, one.Number) == (other.Device, other.Number));

    /// <summary>The slot of a member, named after it as far as PostgreSQL's letters go.</summary>
    public static string SlotOf(string member) => "crdr_" + string.Concat(member.ToLowerInvariant().Select(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') ? c : '_'));

    /// <summary>A value of a libpq connection string.</summary>
    public static string Quoted(string value) => value.Length > 0 && value.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or ':') ? value : $"'{value.Replace("\\", "\\\\").Replace("'", "\\'")}'";

    /// <summary>The commands that reach a machine, out of JSON: a list of arguments by what it does. Null where it is none.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>>? Commands(string? json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json ?? "{}");
            return document.RootElement.EnumerateObject().ToDictionary(c => c.Name, c => (IReadOnlyList<string>)[.. c.Value.EnumerateArray().Select(a => a.GetString() ?? "")]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What reaches its machine.</summary>
    public INode OpenNode(CrdrPair pair)
    {
        if (Node == "command") return new CommandNode(Name, Commands(pair.Settings.Get($"{Prefix(Side)}Commands")) ?? new Dictionary<string, IReadOnlyList<string>>(), s_command);
        if (Node != "local" || DataDirectory is null) return new NoNode(Name, Connection.Host!, DataDirectory);
        PostgresPrograms programs = pair.Settings.Get("binDirectory") is { } folder ? new(folder)
            : PostgresPrograms.Find() ?? throw new CrdrException(CrdrErrorKind.NotFound, "ProgramMissing", "PostgreSQL's own programs are not found here: give the pair 'binDirectory'.");
        return new LocalNode(DataDirectory, programs);
    }
}
