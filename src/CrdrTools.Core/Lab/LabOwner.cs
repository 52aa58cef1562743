using System.Runtime.InteropServices;

namespace CrdrTools.Core.Lab;

/// <summary>Whom a lab's files and processes belong to: oneself, or <c>postgres</c> where root asks for a lab.</summary>
/// <param name="Name">The user; <see langword="null"/> for oneself.</param>
/// <param name="User">Its number.</param>
/// <param name="Group">Its group's number.</param>
internal sealed record LabOwner(string? Name, uint User, uint Group)
{
    private const string WhenRoot = "postgres";
    private const int AtCurrentFolder = -100, NotFollowed = 0x100, OwnerAlone = 0x8, WhereOwnerIs = 20;

    /// <summary>Who it will be.</summary>
    public static LabOwner Find() =>
        !Environment.IsPrivilegedProcess ? new(null, 0, 0) : Named(WhenRoot) ?? throw new CrdrException(CrdrErrorKind.NotFound, "LabNeedsUser",
            $"PostgreSQL refuses to run as root, and there is no user '{WhenRoot}' to run it as.",
            "Run this as another user, or install PostgreSQL from the system's packages, which make that user.");

    /// <summary>
    /// Root believes no lab that anybody could have laid out for it: what it describes is run, ended and deleted.
    /// </summary>
    public static void Check(string path)
    {
        if (!Environment.IsPrivilegedProcess || Of(path) is not { } user || user == 0 || user == Named(WhenRoot)?.User) return;
        throw new CrdrException(CrdrErrorKind.PermissionDenied, "LabNotYours",
            $"The lab in {path} is that of another user (number {user}), and not one that root has set up.",
            "Do this as that user.");
    }

    /// <summary>Gives a file or folder to it.</summary>
    public void Give(string path)
    {
        if (Name is not null && Chown(path, User, Group) != 0)
            throw new CrdrException(CrdrErrorKind.PermissionDenied, "LabFolderInvalid",
                $"{path} cannot be given to the user {Name} (error {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>Writes a file that belongs to it.</summary>
    public void Write(string path, string text)
    {
        File.WriteAllText(path, text);
        Give(path);
    }

    /// <summary>Makes a folder that belongs to it.</summary>
    public void Make(string path)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Give(path);
    }

    private static LabOwner? Named(string name)
    {
        // struct passwd: two pointers (name and password), then the numbers of the user and the group.
        nint found = GetPwNam(name);
        return found == 0 ? null : new(name, (uint)Marshal.ReadInt32(found, 2 * nint.Size), (uint)Marshal.ReadInt32(found, 2 * nint.Size + sizeof(uint)));
    }

    private static uint? Of(string path)
    {
        byte[] found = new byte[256];
        return Statx(AtCurrentFolder, path, NotFollowed, OwnerAlone, found) == 0 ? BitConverter.ToUInt32(found, WhereOwnerIs) : null;
    }

    [DllImport("libc", EntryPoint = "getpwnam")]
    private static extern nint GetPwNam([MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    /// <summary>statx is laid out alike on every processor, unlike stat.</summary>
    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int how, uint wanted, byte[] found);

    [DllImport("libc", EntryPoint = "chown", SetLastError = true)]
    private static extern int Chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);
}
