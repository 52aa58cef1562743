using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Playbooks;

/// <summary>A playbook as it lies on the disk: its text, and what that says of itself.</summary>
public sealed record PlaybookFile
{
    /// <summary>The name it is called by.</summary>
    public required string Name { get; init; }
    /// <summary>Where it is.</summary>
    public required string Path { get; init; }
    /// <summary>The text.</summary>
    public required string Text { get; init; }
    /// <summary>What it says of itself.</summary>
    public required PlaybookHeader Header { get; init; }
    /// <summary>Whether it came with this product.</summary>
    public bool Shipped { get; init; }
    /// <summary>Tells this text from another one. How lines end says nothing.</summary>
    public string Hash => field ??= Compat.Sha256(Text.Replace("\r\n", "\n"));
}

/// <summary>The folders that playbooks are in: those of the user first, then what came with this product. The first of a name is meant.</summary>
public sealed class PlaybookShelf(string shipped, IReadOnlyList<string> own)
{
    private const string Ending = ".ps1";

    /// <summary>The folders that <c>CRDR_PLAYBOOKS</c> names, as <c>PATH</c> does.</summary>
    public static IReadOnlyList<string> DefaultFolders =>
        Environment.GetEnvironmentVariable("CRDR_PLAYBOOKS") is { Length: > 0 } set ? [.. set.Split([Path.PathSeparator], StringSplitOptions.RemoveEmptyEntries)] : [];

    /// <summary>All there are, by name; one that cannot be read is told of, and keeps no other from being listed. A script that does not say that it is a playbook is none.</summary>
    public IReadOnlyList<PlaybookFile> All(Action<CrdrException> trouble)
    {
        Dictionary<string, PlaybookFile> found = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string folder, bool ours) in Folders())
        {
            if (!Directory.Exists(folder))
            {
                trouble(new CrdrException(CrdrErrorKind.NotFound, "PlaybookFolderMissing", $"There is no folder {folder} to look for playbooks in."));
                continue;
            }
            foreach (string file in Directory.GetFiles(folder, "*" + Ending).OrderBy(f => f, StringComparer.Ordinal))
            {
                try
                {
                    if (Read(file, ours) is { } playbook && !found.ContainsKey(playbook.Name)) found[playbook.Name] = playbook;
                }
                catch (CrdrException e)
                {
                    trouble(e);
                }
            }
        }
        return [.. found.Values.OrderBy(p => p.Header.Kind).ThenBy(p => p.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The one of that name, or the file where a path is given.</summary>
    public PlaybookFile Get(string nameOrPath)
    {
        if (nameOrPath.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) || nameOrPath.IndexOfAny(['/', '\\']) >= 0)
        {
            string path = Path.GetFullPath(nameOrPath);
            if (!File.Exists(path)) throw new CrdrException(CrdrErrorKind.NotFound, "PlaybookNotFound", $"There is no file {path}.");
            return Read(path, Folders().Any(f => f.Shipped && Path.GetDirectoryName(path) == f.Folder))
                ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "PlaybookHeaderMissing", $"{path} is no playbook: the help that opens it has no .NOTES with 'Playbook: <title>'.", "What stands there is told by docs/playbooks.md.");
        }
        foreach ((string folder, bool ours) in Folders())
        {
            string? path = Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Ending).FirstOrDefault(f => string.Equals(Path.GetFileNameWithoutExtension(f), nameOrPath, StringComparison.OrdinalIgnoreCase)) : null;
            if (path is not null && Read(path, ours) is { } found) return found;
        }
        throw new CrdrException(CrdrErrorKind.NotFound, "PlaybookNotFound", $"There is no playbook '{nameOrPath}' in {string.Join(", ", Folders().Select(f => f.Folder))}.",
            "List those that are with: Get-CrdrPlaybook (crdr playbook list)");
    }

    private IEnumerable<(string Folder, bool Shipped)> Folders()
    {
        foreach (string folder in own) yield return (Path.GetFullPath(folder), false);
        yield return (Path.GetFullPath(shipped), true);
        yield return (Path.GetFullPath(Path.Combine(shipped, "runbooks")), true);
    }

    private static PlaybookFile? Read(string path, bool ours)
    {
        try
        {
            string text = StateFile.Read(path);
            if (PlaybookHeader.Parse(text, path) is not { } header) return null;
            return new() { Name = Names.Require(Path.GetFileNameWithoutExtension(path), "name for a playbook's file"), Path = path, Text = text, Header = header, Shipped = ours };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.Unavailable, "PlaybookUnreadable", $"{path} cannot be read: {e.Message}", null, e);
        }
    }
}
