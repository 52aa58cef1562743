using System.Runtime.InteropServices;

namespace CrdrTools.Core.Lab;

/// <summary>
/// A lab's folder, held by one process at a time. Its marker is the first file in it and the last one to go: what bears no marker is
/// nobody's to delete, and what bears one is a lab, whole or in pieces.
/// </summary>
internal sealed class LabFolder : IDisposable
{
    private const string Marker = ".crdr-lab", Text = "crdr lab made this folder, and 'crdr lab down' removes all of it.\n";

    // The paths of the sockets in it have an end.
    private const int Longest = 70;

    private readonly FileStream _lock;

    private LabFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>Its real path, as processes in it show it.</summary>
    public string Path { get; }

    public string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Whether a lab is there, whole or in pieces.</summary>
    public static bool IsLab(string path)
    {
        try
        {
            return File.ReadAllText(System.IO.Path.Combine(path, Marker)) is { } text && Text.StartsWith(text, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Locked by the process that is making it.
            return File.Exists(System.IO.Path.Combine(path, Marker));
        }
    }

    /// <summary>Whether a path is below a folder.</summary>
    public static bool Holds(string folder, string path) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>A new lab's folder: one that is not there, or is empty.</summary>
    public static LabFolder Make(string path, LabOwner owner)
    {
        string real = Real(path);
        if (real.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c is not ('/' or '.' or '_' or '-' or '+' or '@')) is char odd and not '\0')
            throw Invalid($"The folder {real} has '{odd}' in its path; the servers' configurations take letters, digits and . _ - + @ alike.");
        if (real.Length > Longest) throw Invalid($"The folder {real} is too deep: the sockets in it leave {Longest} characters for its path.");
        return Guarded(real, () =>
        {
            if (File.Exists(real)) throw Invalid($"{real} is a file.");
            if (IsLab(real)) throw Exists(real);
            if (Directory.Exists(real) && Directory.EnumerateFileSystemEntries(real).Any()) throw Foreign(real);
            owner.Make(real);
            FileStream held = new(System.IO.Path.Combine(real, Marker), FileMode.CreateNew, FileAccess.Write, FileShare.None);
            try
            {
                held.Write(System.Text.Encoding.ASCII.GetBytes(Text));
                held.Flush();
                owner.Give(held.Name);
                return new LabFolder(real, held);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        });
    }

    /// <summary>A lab's folder, to take it down; <see langword="null"/>: nothing is there.</summary>
    public static LabFolder? Open(string path)
    {
        string real = Real(path);
        return Guarded(real, () =>
        {
            if (!Directory.Exists(real) || !Directory.EnumerateFileSystemEntries(real).Any()) return null;
            if (!IsLab(real)) throw Foreign(real);
            LabOwner.Check(real);
            try
            {
                return new LabFolder(real, new(System.IO.Path.Combine(real, Marker), FileMode.Open, FileAccess.ReadWrite, FileShare.None));
            }
            catch (FileNotFoundException)
            {
                return null;
            }
            catch (IOException e)
            {
                throw new CrdrException(CrdrErrorKind.Busy, "LabBusy", $"Another process is setting up the lab in {real}, or takes it down.",
                    "Wait for it, or end it.", e);
            }
        });
    }

    /// <summary>The path without links in it; of the folder that will hold it, where it is not there yet.</summary>
    public static string Real(string path)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        List<string> missing = [];
        for (string? at = full; at is not null; at = System.IO.Path.GetDirectoryName(at))
        {
            if (RealPath(at) is { } real) return System.IO.Path.Combine([real, .. missing]);
            missing.Insert(0, System.IO.Path.GetFileName(at));
        }
        return full;
    }

    /// <summary>Everything goes, the marker last, so that what is left of a deletion that was cut short is still a lab.</summary>
    public void Delete() => Guarded(Path, () =>
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries(Path).Where(e => System.IO.Path.GetFileName(e) != Marker).ToArray())
        {
            // A link is removed, not followed.
            if ((File.GetAttributes(entry) & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == FileAttributes.Directory)
                Directory.Delete(entry, recursive: true);
            else File.Delete(entry);
        }
        File.Delete(At(Marker));
        Directory.Delete(Path);
        return true;
    });

    public void Dispose() => _lock.Dispose();

    private static CrdrException Exists(string path) => PostgresLab.TryRead(path) switch
    {
        { Complete: true } lab => new(CrdrErrorKind.InvalidState, "LabExists",
            $"A lab is in {path} already: {string.Join(", ", lab.Nodes.Select(n => $"{n.Name} on port {n.Port}"))}.",
            $"Look at it with 'crdr lab status --folder {path}', remove it with 'crdr lab down --folder {path}', or give another folder."),
        _ => new(CrdrErrorKind.InvalidState, "LabExists", $"In {path} is a lab that was not set up to the end, or is being set up.",
            $"If nobody is at it any more, remove what is left of it with 'crdr lab down --folder {path}'."),
    };

    private static CrdrException Foreign(string path) => new(CrdrErrorKind.Refused, "LabFolderForeign",
        $"{path} is not empty and bears no lab's marker ({Marker}): nothing in it is touched.", "Give a folder that is empty or not there.");

    private static CrdrException Invalid(string message) => new(CrdrErrorKind.InvalidInput, "LabFolderInvalid", message);

    private static T Guarded<T>(string path, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.PermissionDenied, "LabFolderDenied", $"The folder {path}: {e.Message.TrimEnd('.')}.", null, e);
        }
    }

    private static string? RealPath(string path)
    {
        nint found = RealPath(path, 0);
        if (found == 0) return null;
        string? real = Marshal.PtrToStringUTF8(found);
        Free(found);
        return real;
    }

    [DllImport("libc", EntryPoint = "realpath")]
    private static extern nint RealPath([MarshalAs(UnmanagedType.LPUTF8Str)] string path, nint into);

    [DllImport("libc", EntryPoint = "free")]
    private static extern void Free(nint memory);
}
