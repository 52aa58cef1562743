using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Lab;

/// <summary>What stands in front of the nodes.</summary>
[Flags]
public enum LabProxies
{
    /// <summary>Nothing: clients connect to the nodes.</summary>
    None = 0,
    /// <summary>HAProxy, with both nodes of the pair in one backend.</summary>
    HAProxy = 1,
    /// <summary>PgBouncer, straight at the primary, or in front of HAProxy where that is there too.</summary>
    PgBouncer = 2,
}

/// <summary>What a lab is to be.</summary>
public sealed record LabOptions
{
    /// <summary>The folder that holds all of it; <see cref="DefaultFolder"/> unless told.</summary>
    public string? Folder { get; init; }

    /// <summary>2: the primary <c>a</c> and its standby <c>b</c>; 3: a second standby <c>c</c> besides.</summary>
    public int Nodes { get; init; } = 2;

    /// <summary>The first of the ports on 127.0.0.1, the others follow; <see langword="null"/> takes free ones.</summary>
    public int? BasePort { get; init; }

    /// <summary>The size of a log segment in MB: 1, 2, 4, ... 1024. A small one shortens a cutover.</summary>
    public int WalSegmentSize { get; init; } = 16;

    /// <summary>Whether a commit waits for a standby.</summary>
    public bool Synchronous { get; init; }

    /// <summary>For tests: nothing is forced to the disk.</summary>
    public bool Fast { get; init; }

    /// <summary>More settings of PostgreSQL, for all nodes alike.</summary>
    public IReadOnlyDictionary<string, string> ExtraSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>What stands in front.</summary>
    public LabProxies Proxies { get; init; }

    /// <summary>The name of the pair that its first two nodes are.</summary>
    public string PairName { get; init; } = "lab";

    /// <summary>
    /// <c>CRDR_LAB</c>; or <c>crdr-lab</c> beside the user's state; for root, who cannot lend a folder of its own to others, below the temporary files.
    /// </summary>
    public static string DefaultFolder =>
        Environment.GetEnvironmentVariable("CRDR_LAB") is { Length: > 0 } set ? set
        : Environment.IsPrivilegedProcess ? Path.Combine(Path.GetTempPath(), "crdr-lab")
        : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(FileStateStore.DefaultRoot))!, "crdr-lab");

    /// <summary>What is wrong with them, or <see langword="null"/>.</summary>
    internal string? Complaint() =>
        Nodes is not (2 or 3) ? $"A lab has 2 or 3 nodes, not {Nodes}."
        : WalSegmentSize is < 1 or > 1024 || (WalSegmentSize & (WalSegmentSize - 1)) != 0 ? $"A log segment has 1, 2, 4, ... or 1024 MB, not {WalSegmentSize}."
        : BasePort is < 1024 or > 65500 ? $"The ports begin between 1024 and 65500, not at {BasePort}."
        : ExtraSettings.Keys.FirstOrDefault(k => k.Length == 0 || !k.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.')) is { } odd
            ? $"'{odd}' is no setting of PostgreSQL."
        : ExtraSettings.FirstOrDefault(s => s.Value.Any(char.IsControl)) is { Key: { } broken } ? $"The value of '{broken}' is more than a line."
        : null;
}
