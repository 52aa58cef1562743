using System.Text.Json;

namespace CrdrTools.Core.Stores;

/// <summary>
/// A lock file that is never deleted beside a readable holder file. On one host the operating system's lock decides, and ends with
/// the process; across hosts that share the folder, heartbeat and expiry do. A change is never asked for later than half the time to
/// live after a renewal and takes at most 30 s, so that an expired holder's last act is over when the next one begins.
/// </summary>
internal sealed class FileLease : ILease
{
    internal static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_clocksApart = TimeSpan.FromSeconds(2);
    private readonly string _holderPath;
    private readonly FileStream _lock;
    private readonly TimeProvider _time;
    private long _renewedMonotonic;

    private FileLease(string holderPath, FileStream file, TimeProvider time, CrdrLease holder)
    {
        _holderPath = holderPath;
        _lock = file;
        _time = time;
        Holder = holder;
        _renewedMonotonic = time.GetTimestamp();
    }

    public CrdrLease Holder { get; private set; }

    public static FileLease Acquire(string lockPath, string holderPath, string pair, string operation, string verb, TimeProvider time)
    {
        FileStream? file = TryLock(lockPath);
        CrdrLease? before = Read(holderPath);
        DateTimeOffset now = time.GetUtcNow();
        if (file is null)
        {
            throw new PairBusyException(before ?? new CrdrLease
            {
                Pair = pair, Who = "another process", Host = "", ProcessId = 0, Operation = "(not written yet)", Verb = "an operation",
                Since = now, Renewed = now, TimeToLive = TimeToLive, Counter = 0,
            });
        }
        bool elsewhere = before is { Released: false } && before.Host != Environment.MachineName;
        if (elsewhere && now - before!.Renewed < before.TimeToLive)
        {
            file.Dispose();
            throw new PairBusyException(before);
        }
        CrdrLease holder = new()
        {
            Pair = pair, Who = Operator.Name, Host = Environment.MachineName, ProcessId = Compat.ProcessId, Operation = operation, Verb = verb,
            Since = now, Renewed = now, TimeToLive = TimeToLive, Counter = (before?.Counter ?? 0) + 1,
        };
        Write(holderPath, holder);
        // Two hosts may have taken an expired lease at once: the one whose words stand has it.
        if (Read(holderPath) is { } stands && !Ours(stands, holder))
        {
            file.Dispose();
            throw new PairBusyException(stands);
        }
        return new FileLease(holderPath, file, time, holder);
    }

    public static CrdrLease? Current(string lockPath, string holderPath)
    {
        CrdrLease? holder = File.Exists(holderPath) ? Read(holderPath) : null;
        if (holder is null or { Released: true }) return null;
        if (holder.Host != Environment.MachineName) return holder;
        using FileStream? free = TryLock(lockPath);
        return free is null ? holder : null;
    }

    public bool Reassert()
    {
        DateTimeOffset now = _time.GetUtcNow();
        TimeSpan wall = now - Holder.Renewed;
        TimeSpan monotonic = _time.GetElapsedTime(_renewedMonotonic);
        bool stale = wall > TimeToLive.Divide(2) || monotonic > TimeToLive.Divide(2) || (wall - monotonic).Duration() > s_clocksApart;
        CrdrLease? written = Read(_holderPath);
        if (written is null || !Ours(written, Holder))
            throw new LeaseLostException($"{Holder.Pair} was taken by {written?.Who ?? "somebody else"} for {written?.Verb} {written?.Operation} meanwhile.");
        if (!stale && monotonic < TimeToLive.Divide(8)) return false;
        Holder = Holder with { Renewed = now };
        Write(_holderPath, Holder);
        _renewedMonotonic = _time.GetTimestamp();
        return stale;
    }

    public void Dispose()
    {
        try
        {
            CrdrLease? written = Read(_holderPath);
            if (written is not null && Ours(written, Holder)) Write(_holderPath, Holder with { Released = true, Renewed = _time.GetUtcNow() });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The operating system's lock ends with the file handle below, whatever the holder file says.
        }
        _lock.Dispose();
    }

    private static bool Ours(CrdrLease written, CrdrLease holder) =>
        !written.Released && written.Counter == holder.Counter && written.Operation == holder.Operation && written.Host == holder.Host && written.ProcessId == holder.ProcessId;

    /// <summary>Only "somebody has it" means locked; a disk that cannot be written is another trouble.</summary>
    internal static FileStream? TryLock(string path)
    {
        const int tryAgain = 11, tryAgainOnMac = 35, sharingViolation = unchecked((int)0x80070020), lockViolation = unchecked((int)0x80070021);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is tryAgain or tryAgainOnMac or sharingViolation or lockViolation)
        {
            return null;
        }
    }

    private static CrdrLease? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(StateFile.Read(path), CrdrJson.Default.CrdrLease);
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            return null;
        }
    }

    private static void Write(string path, CrdrLease holder) =>
        Compat.ReplaceFile(path, JsonSerializer.Serialize(holder, CrdrJson.Default.CrdrLease));
}
