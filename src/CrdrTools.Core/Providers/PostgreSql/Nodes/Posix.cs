using System.Runtime.InteropServices;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>Who a file belongs to.</summary>
internal sealed record FileOwner(uint User, uint Group)
{
    /// <summary>As <see cref="PostgresPrograms"/> takes it.</summary>
    public override string ToString() => $"{User}:{Group}";
}

/// <summary>What .NET has no name for. Only Linux has all of it; elsewhere the answers are <see langword="null"/> or nothing is done.</summary>
internal static class Posix
{
    /// <summary>SIGINT: a fast shutdown, to a postmaster.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGQUIT: an immediate shutdown, to a postmaster.</summary>
    public const int Quit = 3;

    /// <summary>Wakes one up that was stopped in its tracks.</summary>
    public const int Continue = 18;

    private const int PidfdSendSignal = 424, PidfdOpen = 434, AtCurrentFolder = -100, BasicStats = 0x7ff, ReadOnly = 0;
    private const int NotPermitted = 1;
    private const short Readable = 1;

    /// <summary>Whose a file is, which device it is on and which file of that it is; a link is followed.</summary>
    public static (FileOwner Owner, ulong Device, ulong Number)? Stat(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        byte[] stat = new byte[256];
        try
        {
            return statx(AtCurrentFolder, path, 0, BasicStats, stat) != 0 ? null
                : (new(BitConverter.ToUInt32(stat, 20), BitConverter.ToUInt32(stat, 24)),
                    ((ulong)BitConverter.ToUInt32(stat, 136) << 32) | BitConverter.ToUInt32(stat, 140), BitConverter.ToUInt64(stat, 32));
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Gives a file to somebody; only root can, and for others it is theirs already.</summary>
    public static void Give(string path, FileOwner? owner)
    {
        if (owner is not null && OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && lchown(path, owner.User, owner.Group) != 0)
            throw new IOException($"{path} could not be given to {owner}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Makes the names in a folder durable.</summary>
    public static void SyncFolder(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        int folder = open(path, ReadOnly);
        if (folder < 0) throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        int failed = fsync(folder);
        int error = Marshal.GetLastPInvokeError();
        _ = close(folder);
        if (failed != 0) throw new IOException($"{path} could not be made durable: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Whether a process of that id is there at all, a zombie or somebody else's too.</summary>
    public static bool Exists(int process) => kill(process, 0) == 0 || Marshal.GetLastPInvokeError() == NotPermitted;

    /// <summary>Sends a signal by process id.</summary>
    public static bool Signal(int process, int signal) => kill(process, signal) == 0;

    /// <summary>A hold on a process that stays on this one when its id is given to another; negative where there is no such thing.</summary>
    public static int OpenProcess(int process) => OperatingSystem.IsLinux() ? (int)syscall(PidfdOpen, process, 0, 0, 0) : -1;

    /// <summary>Sends a signal to the process that is held.</summary>
    public static bool SignalHeld(int held, int signal) => syscall(PidfdSendSignal, held, signal, 0, 0) == 0;

    /// <summary>Waits until the process that is held has ended, also where nobody has asked for its exit code yet; false: not within the time.</summary>
    public static bool WaitHeld(int held, int milliseconds)
    {
        PollEntry entry = new() { File = held, Events = Readable };
        return poll(ref entry, 1, milliseconds) > 0;
    }

    /// <summary>Lets go of it.</summary>
    public static void CloseHeld(int held) => _ = close(held);

    /// <summary>A pause shorter than a thread's own of 1 ms, where there is one.</summary>
    public static void Nap(int microseconds)
    {
        if (OperatingSystem.IsLinux()) _ = usleep((uint)microseconds);
        else Thread.Sleep(1);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Happened;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] into);

    [DllImport("libc", SetLastError = true)]
    private static extern int lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int file);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int file);

    [DllImport("libc")]
    private static extern int usleep(uint microseconds);

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int process, int signal);

    [DllImport("libc", SetLastError = true)]
    private static extern int poll(ref PollEntry entries, nuint count, int milliseconds);

    [DllImport("libc", SetLastError = true)]
    private static extern long syscall(long number, long first, long second, long third, long fourth);
}
