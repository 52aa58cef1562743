using System.Runtime.InteropServices;

namespace CrdrTools.Benchmarks.PostgreSql;

/// <summary>Signals, and waiting for the end of a process without a look every so often.</summary>
internal static class Machine
{
    public const int Interrupt = 2, Quit = 3, Kill = 9;

    public static int Postmaster(string data) => int.Parse(File.ReadLines(Path.Combine(data, "postmaster.pid")).First());

    public static void Signal(int process, int signal) => _ = kill(process, signal);

    public static void AwaitEnd(int process)
    {
        int held = (int)syscall(434, process, 0);
        if (held < 0) return;
        PollEntry entry = new() { File = held, Events = 1 };
        if (poll(ref entry, 1, 60_000) <= 0) throw new TimeoutException($"process {process} is still there");
        _ = close(held);
    }

    /// <summary>A pause shorter than a thread's own.</summary>
    public static void Nap(double milliseconds)
    {
        Time time = new() { Nanoseconds = (long)(milliseconds * 1e6) };
        _ = nanosleep(ref time, 0);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Happened;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);

    [DllImport("libc")]
    private static extern int poll(ref PollEntry entries, nuint count, int milliseconds);

    [DllImport("libc")]
    private static extern int close(int file);

    [DllImport("libc")]
    private static extern long syscall(long number, long first, long second);

    [DllImport("libc")]
    private static extern int nanosleep(ref Time time, nint left);
}
