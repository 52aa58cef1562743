using System.Runtime.InteropServices;

namespace CrdrTools.Core.Routes.PgBouncer;

/// <summary>
/// PgBouncer's configuration on this machine. Put in place at once, with owner and mode as before: it holds passwords, and PgBouncer
/// must be able to read it again.
/// </summary>
internal sealed class ConfigFile(string path)
{
    public string Path => path;

    /// <summary>Where it sends a database, or a complaint.</summary>
    public (string? Host, int Port) Read(string database)
    {
        string text = Text();
        return PgBouncerIni.Read(text, database) ?? throw NoEntry(text, database);
    }

    /// <summary>Sends a database there. False: it did already.</summary>
    public bool Rewrite(string database, string host, int port)
    {
        string text = Text();
        string rewritten = PgBouncerIni.Rewrite(text, database, host, port) ?? throw NoEntry(text, database);
        if (rewritten == text) return false;
        try
        {
            Replace(PgBouncerIni.Bytes.GetBytes(rewritten));
        }
        // The last: a system without what tells a file's owner.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TypeLoadException)
        {
            throw new CrdrException(CrdrErrorKind.PermissionDenied, "PgBouncerConfigNotWritten", $"{path} cannot be replaced: {e.Message.TrimEnd('.')}.",
                "It is put in place as a whole beside the old one: run this as the file's owner, who may write in its folder, or as root.", e);
        }
        return true;
    }

    private string Text()
    {
        try
        {
            return PgBouncerIni.Bytes.GetString(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.NotFound, "PgBouncerConfigUnreadable", $"{path} cannot be read: {e.Message.TrimEnd('.')}.", null, e);
        }
    }

    private CrdrException NoEntry(string text, string database) => new(CrdrErrorKind.NotFound, "PgBouncerConfigUnreadable",
        $"{path} has no entry for the database {database}{(PgBouncerIni.Includes(text) is { Count: > 0 } files ? $"; it includes {string.Join(", ", files)}" : "")}.",
        "Name the file that has the entry, under [databases], in the route's 'config'.");

    private void Replace(byte[] bytes)
    {
        string real = path;
#if NET
        if (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { } target) real = target.FullName;
#endif
        string fresh = $"{real}.{Compat.ProcessId}.{Guid.NewGuid():N}.new";
        try
        {
            using (FileStream file = Create(fresh, real))
            {
                file.Write(bytes, 0, bytes.Length);
                file.Flush(flushToDisk: true);
            }
#if NET
            File.Move(fresh, real, overwrite: true);
#else
            File.Replace(fresh, real, null);
#endif
        }
        finally
        {
            File.Delete(fresh);
        }
    }

#if NET
    private static FileStream Create(string fresh, string like)
    {
        if (OperatingSystem.IsWindows()) return new FileStream(fresh, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        FileStream file = new(fresh, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            // The owner first: giving a file away takes some of its mode.
            if (OperatingSystem.IsLinux()) Owner.Copy(like, fresh);
            File.SetUnixFileMode(fresh, File.GetUnixFileMode(like));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Owner and group of a file, which .NET does not show.</summary>
    private static class Owner
    {
        private const int AtCurrentFolder = -100;
        private const uint OwnerAndGroup = 0x8 | 0x10;

        public static void Copy(string from, string to)
        {
            (uint user, uint group) = Of(from);
            if ((user, group) == Of(to)) return;
            if (Chown(to, user, group) != 0) throw new UnauthorizedAccessException($"a new file cannot be given to its owner (user {user}, group {group}; error {Marshal.GetLastPInvokeError()})");
        }

        /// <summary>statx is laid out alike on every processor, unlike stat.</summary>
        private static (uint User, uint Group) Of(string path)
        {
            byte[] found = new byte[256];
            if (Statx(AtCurrentFolder, path, 0, OwnerAndGroup, found) != 0) throw new IOException($"its owner cannot be told (error {Marshal.GetLastPInvokeError()})");
            return (BitConverter.ToUInt32(found, 20), BitConverter.ToUInt32(found, 24));
        }

        [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
        private static extern int Statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] found);

        [DllImport("libc", EntryPoint = "chown", SetLastError = true)]
        private static extern int Chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);
    }
#else
    private static FileStream Create(string fresh, string like) => new(fresh, FileMode.CreateNew, FileAccess.Write, FileShare.None);
#endif
}
