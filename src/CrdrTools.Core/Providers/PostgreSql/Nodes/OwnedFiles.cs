namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>Writes in a server's folders: whole or not at all, durable, and the server's own.</summary>
internal static class OwnedFiles
{
    /// <summary>Puts a text in the place of a file, which keeps its owner and mode; a new one belongs to <paramref name="owner"/> and only it may read it.</summary>
    public static void Write(string path, string text, FileOwner? owner)
    {
        // A link stays a link: what it points to is written.
        if (File.Exists(path)) path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        string temporary = $"{path}.crdr-{Environment.ProcessId}";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (FileStream file = new(temporary, options))
            {
                file.Write(System.Text.Encoding.UTF8.GetBytes(text));
                if (File.Exists(path) && !OperatingSystem.IsWindows()) File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
                Posix.Give(temporary, Posix.Stat(path)?.Owner ?? owner);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        Posix.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Copies a file, durably; a link stays one.</summary>
    public static void Copy(string from, string to, FileOwner? owner)
    {
        if (new FileInfo(from).LinkTarget is { } target)
        {
            File.Delete(to);
            File.CreateSymbolicLink(to, target);
            Posix.Give(to, owner);
            return;
        }
        if (new FileInfo(to).LinkTarget is not null) File.Delete(to);
        File.Copy(from, to, overwrite: true);
        Posix.Give(to, owner);
        using FileStream copy = new(to, FileMode.Open, FileAccess.ReadWrite);
        copy.Flush(flushToDisk: true);
    }

    /// <summary>Makes a folder that only its owner may enter.</summary>
    public static void CreateFolder(string path, FileOwner? owner)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Posix.Give(path, owner);
    }
}
