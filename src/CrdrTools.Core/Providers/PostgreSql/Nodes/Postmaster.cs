using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>Who the process is that a <c>postmaster.pid</c> names.</summary>
internal enum LockHolder
{
    /// <summary>A server that works in that data directory.</summary>
    Server,
    /// <summary>Nobody, or a zombie: it has ended, and whoever started it has not asked how.</summary>
    Gone,
    /// <summary>Another program: the id was given away again.</summary>
    Stranger,
    /// <summary>Somebody that this user may not look at.</summary>
    Hidden,
}

/// <summary>What <c>postmaster.pid</c> says, and who that process is.</summary>
/// <param name="Process">The process id.</param>
/// <param name="Holder">Who has it.</param>
/// <param name="Sockets">The lock files that the server may have left beside its sockets.</param>
internal sealed record Postmaster(int Process, LockHolder Holder, IReadOnlyList<string> Sockets)
{
    /// <summary>The port that it listens on, once it has written that down.</summary>
    public int? Port { get; init; }

    /// <summary>Its name in the data directory.</summary>
    public const string FileName = "postmaster.pid";

    /// <summary>Looks; <see langword="null"/>: there is no such file, so no server runs there.</summary>
    public static Postmaster? Of(string dataDirectory)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path.Combine(dataDirectory, FileName));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CrdrException(CrdrErrorKind.PermissionDenied, "NodePermission", $"The data directory cannot be looked at: {e.Message}", "Run this as the user that the server runs as, or as root.");
        }
        // It is created first and filled then. A single-user server writes its id with a minus.
        if (lines.Length == 0 || !int.TryParse(lines[0].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int process)) return null;
        process = Math.Abs(process);
        string? port = lines.ElementAtOrDefault(3)?.Trim(), folder = lines.ElementAtOrDefault(4)?.Trim();
        IReadOnlyList<string> sockets = string.IsNullOrEmpty(port) ? []
            : [.. new[] { folder, "/tmp", "/var/run/postgresql" }.Where(f => !string.IsNullOrEmpty(f)).Distinct().Select(f => $"{f}/.s.PGSQL.{port}.lock")];
        return new(process, Who(process, dataDirectory), sockets) { Port = int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null };
    }

    /// <summary>Whether the directory still has processes at work in it, such as sessions that outlive a killed server for a moment.</summary>
    public static bool HasWorkers(string dataDirectory) =>
        OperatingSystem.IsLinux() && Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Any(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int process) && Who(process, dataDirectory) == LockHolder.Server);

    /// <summary>Removes the files that keep a server from starting though their owner has ended.</summary>
    public void Forget(string dataDirectory)
    {
        foreach (string socket in Sockets)
        {
            if (!File.Exists(socket) || File.ReadLines(socket).FirstOrDefault()?.Trim() != Process.ToString(CultureInfo.InvariantCulture)) continue;
            File.Delete(socket[..^".lock".Length]);
            File.Delete(socket);
        }
        File.Delete(Path.Combine(dataDirectory, FileName));
    }

    private static LockHolder Who(int process, string dataDirectory) => OperatingSystem.IsLinux() ? OnLinux(process, dataDirectory) : Elsewhere(process);

    private static LockHolder OnLinux(int process, string dataDirectory)
    {
        if (Status(process) is not { } now) return Posix.Exists(process) && !Directory.Exists($"/proc/{process}") ? LockHolder.Hidden : LockHolder.Gone;
        if (now.Ended) return LockHolder.Gone;
        if (now.Name is not ("postgres" or "postmaster")) return LockHolder.Stranger;
        if (Posix.Stat($"/proc/{process}/cwd") is { } works)
            return Posix.Stat(dataDirectory) is { } data && (data.Device, data.Number) == (works.Device, works.Number) ? LockHolder.Server : LockHolder.Stranger;
        return Status(process) is { Ended: false } ? LockHolder.Hidden : LockHolder.Gone;
    }

    /// <summary>A process's name and whether it is but a zombie; <see langword="null"/>: there is none to be seen.</summary>
    private static (string Name, bool Ended)? Status(int process)
    {
        try
        {
            // PID (NAME) STATE …; a name may hold anything, also brackets.
            string status = File.ReadAllText($"/proc/{process}/stat");
            int close = status.LastIndexOf(')');
            return (status[(status.IndexOf('(') + 1)..close], status[close + 2] is 'Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static LockHolder Elsewhere(int process)
    {
        try
        {
            using Process found = System.Diagnostics.Process.GetProcessById(process);
            return found.ProcessName is "postgres" or "postmaster" ? LockHolder.Server : LockHolder.Stranger;
        }
        catch (ArgumentException)
        {
            return LockHolder.Gone;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return LockHolder.Hidden;
        }
    }
}
