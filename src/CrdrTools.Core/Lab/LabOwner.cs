using System.Globalization;
using System.Runtime.InteropServices;
using CrdrTools.Core.Providers.PostgreSql.Nodes;

namespace CrdrTools.Core.Lab;

/// <summary>Whom a lab's files and processes belong to: oneself, or <c>postgres</c> where root asks for a lab.</summary>
/// <param name="Name">The user; <see langword="null"/> for oneself.</param>
/// <param name="User">Its number.</param>
/// <param name="Group">Its group's number.</param>
internal sealed record LabOwner(string? Name, uint User, uint Group)
{
    private const string WhenRoot = "postgres";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    public static async Task<LabOwner> FindAsync(CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess) return new(null, 0, 0);
        PostgresPrograms tools = new("/usr/bin");
        ProgramEnd user = await tools.RunAsync("id", null, ["-u", WhenRoot], s_limit, null, ct).ConfigureAwait(false);
        ProgramEnd group = await tools.RunAsync("id", null, ["-g", WhenRoot], s_limit, null, ct).ConfigureAwait(false);
        return user.ExitCode == 0 && group.ExitCode == 0
            ? new(WhenRoot, uint.Parse(user.Output, CultureInfo.InvariantCulture), uint.Parse(group.Output, CultureInfo.InvariantCulture))
            : throw new CrdrException(CrdrErrorKind.NotFound, "LabNeedsUser", $"PostgreSQL refuses to run as root, and there is no user '{WhenRoot}' to run it as.",
                "Run this as another user, or install PostgreSQL from the system's packages, which make that user.");
    }

    /// <summary>Gives a file or folder to it.</summary>
    public void Give(string path)
    {
        if (Name is not null && Chown(path, User, Group) != 0)
            throw new CrdrException(CrdrErrorKind.PermissionDenied, "LabFolderInvalid", $"{path} cannot be given to the user {Name} (error {Marshal.GetLastPInvokeError()}).");
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

    [DllImport("libc", EntryPoint = "chown", SetLastError = true)]
    private static extern int Chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);
}
