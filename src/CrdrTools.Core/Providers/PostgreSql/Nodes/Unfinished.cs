namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>
/// Something that was begun on a data directory and must be ended before a server may start on it. It is a folder beside the directory, because
/// <c>pg_rewind</c> removes what the other server does not have, and holds the server's own settings, which would be lost with a second try.
/// </summary>
internal sealed class Unfinished(string dataDirectory)
{
    private const string About = "what.txt", Exchange = "exchange.txt";

    private string Folder => dataDirectory + ".crdr-unfinished";

    /// <summary>The server's own settings, as they were before.</summary>
    public string Own => Path.Combine(Folder, "own");

    /// <summary>What was begun, in words; <see langword="null"/>: nothing.</summary>
    public string? What => Directory.Exists(Folder) ? File.ReadAllText(Path.Combine(Folder, About)).Trim() : null;

    /// <summary>Durable before anything is changed. What was begun earlier and not ended keeps its settings.</summary>
    public void Begin(string what, FileOwner? owner)
    {
        if (!Directory.Exists(Folder))
        {
            string making = Folder + ".new";
            if (Directory.Exists(making)) Directory.Delete(making, recursive: true);
            OwnedFiles.CreateFolder(making, owner);
            OwnedFiles.CreateFolder(Path.Combine(making, "own"), owner);
            if (Directory.Exists(dataDirectory)) OwnSettings.Copy(dataDirectory, Path.Combine(making, "own"), owner);
            OwnedFiles.Write(Path.Combine(making, About), what + "\n", owner);
            Directory.Move(making, Folder);
            Posix.SyncFolder(Path.GetDirectoryName(Folder)!);
        }
    }

    /// <summary>Notes that from now on <paramref name="complete"/> takes the place of the data directory, which goes to <paramref name="old"/>.</summary>
    public void BeginExchange(string complete, string old) => OwnedFiles.Write(Path.Combine(Folder, Exchange), $"{complete}\n{old}\n", null);

    /// <summary>
    /// Ends an exchange wherever it was left: before its first rename, between the two, or after the second. Gives where the old directory is, if there was an exchange.
    /// </summary>
    public string? EndExchange()
    {
        string note = Path.Combine(Folder, Exchange);
        if (!File.Exists(note)) return null;
        string[] names = File.ReadAllLines(note);
        (string complete, string old) = (names[0], names[1]);
        if (Directory.Exists(complete))
        {
            MoveOld(old);
            Directory.Move(complete, dataDirectory);
            Posix.SyncFolder(Path.GetDirectoryName(dataDirectory)!);
        }
        End();
        return old;
    }

    /// <summary>The first of the two renames. An empty directory is not worth keeping.</summary>
    internal void MoveOld(string old)
    {
        if (!Directory.Exists(dataDirectory)) return;
        if (Directory.EnumerateFileSystemEntries(dataDirectory).Any()) Directory.Move(dataDirectory, old);
        else Directory.Delete(dataDirectory);
        Posix.SyncFolder(Path.GetDirectoryName(dataDirectory)!);
    }

    /// <summary>It is ended.</summary>
    public void End()
    {
        if (!Directory.Exists(Folder)) return;
        string ending = Folder + ".done";
        if (Directory.Exists(ending)) Directory.Delete(ending, recursive: true);
        Directory.Move(Folder, ending);
        Posix.SyncFolder(Path.GetDirectoryName(Folder)!);
        Directory.Delete(ending, recursive: true);
    }
}
