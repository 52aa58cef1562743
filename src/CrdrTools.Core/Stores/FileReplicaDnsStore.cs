using System.Diagnostics;
using System.Text.Json;

namespace CrdrTools.Core.Stores;

/// <summary>One read-only name's folder: <c>state.json</c>, <c>work.json</c>, and <c>watch.lock</c> beside <c>watch.json</c>.</summary>
internal sealed class FileReplicaDnsStore(string folder, string pair, TimeProvider time) : IReplicaDnsStore
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private string StatePath => Path.Combine(folder, "state.json");
    private string WorkPath => Path.Combine(folder, "work.json");
    private string LockPath => Path.Combine(folder, "watch.lock");
    private string HolderPath => Path.Combine(folder, "watch.json");

    public ReplicaDnsState Read() => Read(StatePath, CrdrJson.Default.ReplicaDnsState) ?? new();

    public long Stamp() => File.GetLastWriteTimeUtc(StatePath).Ticks;

    public ReplicaDnsState Change(Func<ReplicaDnsState, ReplicaDnsState?> change) => Alone(() =>
    {
        ReplicaDnsState now = Read();
        if (change(now) is not { } then) return now;
        Compat.ReplaceFile(StatePath, JsonSerializer.Serialize(then, CrdrJson.Default.ReplicaDnsState));
        return then;
    });

    public ReplicaDnsWork? Work() => Read(WorkPath, CrdrJson.Default.ReplicaDnsWork);

    public void Put(ReplicaDnsWork work) => Alone(() =>
    {
        if (Work() is not { } waits || waits.Number <= work.Number) Compat.ReplaceFile(WorkPath, JsonSerializer.Serialize(work, CrdrJson.Default.ReplicaDnsWork));
        return true;
    });

    public void Done(long number) => Alone(() =>
    {
        if (Work() is { } waits && waits.Number <= number) File.Delete(WorkPath);
        return true;
    });

    public ILease Watch()
    {
        Directory.CreateDirectory(folder);
        try
        {
            return FileLease.Acquire(LockPath, HolderPath, pair, "read-only-name", "Watch", time);
        }
        catch (PairBusyException e)
        {
            CrdrLease holder = e.Holder;
            throw new CrdrException(CrdrErrorKind.Busy, "ReplicaDnsWatched", $"The read-only name of {pair} is watched already, by {holder.Who} (process {holder.ProcessId}) since {holder.Since:yyyy-MM-dd HH:mm:ss}Z.",
                "One watcher is enough. To move it, stop that one first.", e);
        }
    }

    public CrdrLease? Watcher() => FileLease.Current(LockPath, HolderPath);

    /// <summary>What is torn or mangled was not written by us, for what we write is put in place whole: that is told, and not taken for nothing.</summary>
    private T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize(StateFile.Read(path), type);
        }
        catch (FileNotFoundException)
        {
            // It was taken out just now.
            return null;
        }
        catch (JsonException e)
        {
            throw new CrdrException(CrdrErrorKind.Damaged, "ReplicaDnsStateDamaged", $"{path} cannot be read: {e.Message}", $"Mend or remove it, and switch the read-only name of {pair} on again.", e);
        }
    }

    /// <summary>With everybody else of this folder kept out for that moment.</summary>
    private T Alone<T>(Func<T> work)
    {
        try
        {
            Directory.CreateDirectory(folder);
            Stopwatch waited = Stopwatch.StartNew();
            FileStream? file;
            while ((file = FileLease.TryLock(Path.Combine(folder, "state.lock"))) is null)
            {
                if (waited.Elapsed > s_patience) throw new CrdrException(CrdrErrorKind.Busy, "ReplicaDnsStateBusy", $"{folder} is held by somebody else for {s_patience.TotalSeconds:0} s.");
                Thread.Sleep(2);
            }
            using (file) return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.Unavailable, "StateNotWritable", $"The state folder {folder} cannot be written: {e.Message}", "Set CRDR_STATE to a folder that can be.", e);
        }
    }
}
