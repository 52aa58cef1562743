namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>
/// The files in a data directory that are this server's own: its port, addresses, doors and keys. A rewind or base backup brings the other server's.
/// </summary>
internal static class OwnSettings
{
    private static readonly string[] s_endings = [".conf", ".crt", ".key", ".crl", ".pem"];

    /// <summary>Copies them into another folder.</summary>
    public static void Copy(string from, string to, FileOwner? owner)
    {
        foreach (string file in In(from))
        {
            string target = Path.Combine(to, file);
            if (Path.GetDirectoryName(target) is { } folder && !Directory.Exists(folder)) OwnedFiles.CreateFolder(folder, owner);
            OwnedFiles.Copy(Path.Combine(from, file), target, owner);
        }
        foreach (string folder in Folders(to)) Posix.SyncFolder(Path.Combine(to, folder));
    }

    private static IEnumerable<string> Folders(string folder) => new[] { "", "conf.d" }.Where(f => Directory.Exists(Path.Combine(folder, f)));

    private static IEnumerable<string> In(string folder) =>
        Folders(folder).SelectMany(f => Directory.EnumerateFiles(Path.Combine(folder, f)).Select(p => Path.Combine(f, Path.GetFileName(p))))
            .Where(f => s_endings.Contains(Path.GetExtension(f)));
}
