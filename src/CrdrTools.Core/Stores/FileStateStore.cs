using System.Globalization;
using System.Text.Json;

namespace CrdrTools.Core.Stores;

/// <summary>The state in one folder: <c>journals</c>, <c>leases</c>, <c>samples</c>, <c>outages</c>, <c>obligations</c>, <c>controls</c>, <c>truths</c>, <c>replica-dns</c>.</summary>
public sealed class FileStateStore : IStateStore
{
    private const int SamplesKept = 200;
    private const string Elsewhere = ".elsewhere";
    private const string IdTime = "yyyyMMdd-HHmmss";
    private static int s_requests;
    private readonly string _root;
    private readonly TimeProvider _time;
    private readonly object _gate = new();
    private readonly HashSet<(string Path, long Length, DateTime Written)> _ended = [];
    private readonly Dictionary<string, DateTime> _begun = [];
    private readonly Dictionary<string, (long Length, DateTime Written, IReadOnlyList<Sample> Samples)> _samples = [];

    /// <summary>Keeps state below <paramref name="root"/>, which is made when something is first written.</summary>
    public FileStateStore(string root, TimeProvider? time = null)
    {
        _root = root;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The folder.</summary>
    public string Root => _root;

    /// <inheritdoc/>
    public string LeaseScope => $"processes that share {_root}";

    /// <inheritdoc/>
    public bool SharedAcrossHosts => false;

    /// <summary><c>CRDR_STATE</c>, or the user's own folder for state.</summary>
    public static string DefaultRoot =>
        Environment.GetEnvironmentVariable("CRDR_STATE") is { Length: > 0 } set ? set
        : Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } xdg ? Path.Combine(xdg, "crdrtools")
        : Path.DirectorySeparatorChar == '\\' ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "CrdrTools")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "crdrtools");

    /// <inheritdoc/>
    public ILease Acquire(string pair, string operation, CrdrVerb verb) =>
        Guarded(() => FileLease.Acquire(Place("leases", pair + ".lock"), Place("leases", pair + ".json"), pair, operation, verb.ToString(), _time));

    /// <inheritdoc/>
    public CrdrLease? Holder(string pair) =>
        FileLease.Current(Path.Combine(_root, "leases", pair + ".lock"), Path.Combine(_root, "leases", pair + ".json"));

    /// <inheritdoc/>
    public Journal CreateJournal(string pair, string operation, string? below = null) => Guarded(() =>
    {
        string folder = Path.GetFullPath(Path.Combine(below ?? _root, "journals", pair));
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, operation + ".jsonl");
        // What was torn in its first line announced nothing; it is kept beside.
        if (File.Exists(path) && Journal.Read(path) is { Entries.Count: 0, Broken: null }) File.Move(path, $"{path}.torn-{_time.GetUtcNow():yyyyMMddHHmmss}");
        if (below is not null) TryPoint(pair, operation, path);
        return Journal.Create(path, _time);
    });

    /// <inheritdoc/>
    public IEnumerable<string> Journals(string? pair = null)
    {
        string folder = pair is null ? Path.Combine(_root, "journals") : Path.Combine(_root, "journals", pair);
        if (!Directory.Exists(folder)) return [];
        return Directory.GetFiles(folder, "*.jsonl", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(folder, "*" + Elsewhere, SearchOption.AllDirectories).Select(StateFile.Read).Where(File.Exists))
            .OrderByDescending(Begun).ThenByDescending(File.GetCreationTimeUtc).ThenByDescending(f => f, StringComparer.Ordinal);
    }

    /// <summary>When an operation began: its id says so, or else its journal's first line; a file that somebody has edited or copied is no newer for that.</summary>
    private DateTime Begun(string path)
    {
        string id = Path.GetFileNameWithoutExtension(path);
        if (id.Length > IdTime.Length && DateTime.TryParseExact(id.Substring(0, IdTime.Length), IdTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime told)) return told;
        lock (_gate)
            if (_begun.TryGetValue(path, out DateTime known)) return known;
        if (Journal.Began(path) is not { } began) return File.GetCreationTimeUtc(path);
        lock (_gate) _begun[path] = began.UtcDateTime;
        return began.UtcDateTime;
    }

    /// <inheritdoc/>
    public string? FindJournal(string operation)
    {
        Names.Require(operation, "operation id");
        return Journals().FirstOrDefault(f => Path.GetFileNameWithoutExtension(f) == operation);
    }

    /// <inheritdoc/>
    public string? OpenOperation(string pair) =>
        Journals(pair).FirstOrDefault(f => !Ended(f)) is { } open ? Path.GetFileNameWithoutExtension(open) : null;

    /// <inheritdoc/>
    public void AddSample(string pair, Sample sample)
    {
        string path = Place("samples", pair + ".jsonl");
        string line = JsonSerializer.Serialize(sample, CrdrJson.Default.Sample) + "\n";
        FileInfo file = new(path);
        if (file.Exists && file.Length > 400 * SamplesKept)
        {
            string[] lines = StateFile.Read(path).Split(['\n'], StringSplitOptions.RemoveEmptyEntries);
            Compat.ReplaceFile(path, string.Concat(lines.Skip(Math.Max(0, lines.Length - (SamplesKept / 2))).Select(l => l + "\n")) + line);
        }
        else
        {
            (long Length, DateTime Written) before = file.Exists ? (file.Length, file.LastWriteTimeUtc) : default;
            StateFile.Append(path, line);
            file.Refresh();
            lock (_gate)
            {
                // What this process wrote it need not read; where another one has written meanwhile, it does.
                if (_samples.TryGetValue(path, out (long Length, DateTime Written, IReadOnlyList<Sample> Samples) known) && (known.Length, known.Written) == before && file.Length == before.Length + System.Text.Encoding.UTF8.GetByteCount(line))
                    _samples[path] = (file.Length, file.LastWriteTimeUtc, [.. known.Samples, sample]);
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Sample> Samples(string pair)
    {
        string path = Path.Combine(_root, "samples", pair + ".jsonl");
        FileInfo file = new(path);
        if (!file.Exists) return [];
        (long Length, DateTime Written) now = (file.Length, file.LastWriteTimeUtc);
        lock (_gate)
            if (_samples.TryGetValue(path, out (long Length, DateTime Written, IReadOnlyList<Sample> Samples) known) && (known.Length, known.Written) == now) return known.Samples;
        List<Sample> samples = [];
        foreach (string line in StateFile.Read(path).Split(['\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                if (JsonSerializer.Deserialize(line, CrdrJson.Default.Sample) is { } sample) samples.Add(sample);
            }
            catch (JsonException)
            {
                // Two processes may have written at once: a mangled sample is no evidence, the others are.
            }
        }
        file.Refresh();
        lock (_gate)
            if (file.Exists && (file.Length, file.LastWriteTimeUtc) == now) _samples[path] = (now.Length, now.Written, samples);
        return samples;
    }

    /// <summary>Whether a journal has its end line; one that was seen to have it, and is as it was, has it still.</summary>
    private bool Ended(string path)
    {
        FileInfo file = new(path);
        (string, long, DateTime) now = (path, file.Exists ? file.Length : -1, file.Exists ? file.LastWriteTimeUtc : default);
        lock (_gate)
            if (_ended.Contains(now)) return true;
        if (!Journal.Ended(path)) return false;
        lock (_gate) _ended.Add(now);
        return true;
    }

    /// <inheritdoc/>
    public OutageSight? Outage(string pair)
    {
        string path = Path.Combine(_root, "outages", pair + ".json");
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(StateFile.Read(path), CrdrJson.Default.OutageSight) : null;
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            // Mangled, or taken away this very moment: no evidence.
            return null;
        }
    }

    /// <inheritdoc/>
    public void TellOutage(string pair, OutageSight? seen)
    {
        string path = Path.Combine(_root, "outages", pair + ".json");
        if (seen is null)
        {
            if (File.Exists(path)) File.Delete(path);
            return;
        }
        OutageSight? kept = Outage(pair), now = OutageSight.Joined(kept, seen);
        if (now != kept) Compat.ReplaceFile(Place("outages", pair + ".json"), JsonSerializer.Serialize(now!, CrdrJson.Default.OutageSight));
    }

    /// <inheritdoc/>
    public IReadOnlyList<CrdrObligation> Obligations(string pair)
    {
        string path = Path.Combine(_root, "obligations", pair + ".json");
        return File.Exists(path) ? JsonSerializer.Deserialize(StateFile.Read(path), CrdrJson.Default.ListCrdrObligation) ?? [] : [];
    }

    /// <inheritdoc/>
    public void SetObligations(string pair, IReadOnlyList<CrdrObligation> obligations) =>
        Compat.ReplaceFile(Place("obligations", pair + ".json"), JsonSerializer.Serialize([.. obligations], CrdrJson.Default.ListCrdrObligation));

    /// <inheritdoc/>
    public void Request(string operation, ControlRequest request)
    {
        string folder = Path.Combine(_root, "controls", operation);
        Directory.CreateDirectory(folder);
        Compat.ReplaceFile(Path.Combine(folder, $"{_time.GetUtcNow().UtcTicks:D19}-{Interlocked.Increment(ref s_requests):D9}-{request.Id}.json"), JsonSerializer.Serialize(request, CrdrJson.Default.ControlRequest));
    }

    /// <inheritdoc/>
    public ControlRequest? TakeRequest(string operation)
    {
        string folder = Path.Combine(_root, "controls", operation);
        if (!Directory.Exists(folder) || Directory.GetFiles(folder, "*.json").OrderBy(f => f, StringComparer.Ordinal).FirstOrDefault() is not { } path) return null;
        try
        {
            ControlRequest? request = JsonSerializer.Deserialize(StateFile.Read(path), CrdrJson.Default.ControlRequest);
            File.Delete(path);
            return request;
        }
        catch (JsonException)
        {
            // Nobody's wish; it is kept beside, and the next one is heard in the next round.
            File.Move(path, $"{path}.unreadable");
            return null;
        }
    }

    /// <inheritdoc/>
    public Monitoring.Truth? Truth(string pair)
    {
        string path = Path.Combine(_root, "truths", pair + ".json");
        return File.Exists(path) ? JsonSerializer.Deserialize(StateFile.Read(path), CrdrJson.Default.Truth) : null;
    }

    /// <inheritdoc/>
    public void SetTruth(string pair, Monitoring.Truth truth) => Compat.ReplaceFile(Place("truths", pair + ".json"), JsonSerializer.Serialize(truth, CrdrJson.Default.Truth));

    /// <inheritdoc/>
    public IReplicaDnsStore ReplicaDns(string pair) => new FileReplicaDnsStore(Path.Combine(_root, "replica-dns", pair), pair, _time);

    /// <inheritdoc/>
    public void Probe() => Guarded(() =>
    {
        string path = Place("leases", ".probe");
        Compat.ReplaceFile(path, _time.GetUtcNow().ToString("O"));
        return 0;
    });

    /// <summary>A journal that is kept elsewhere is pointed to from here, where here can be written.</summary>
    private void TryPoint(string pair, string operation, string path)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(_root, "journals", pair));
            Compat.ReplaceFile(Path.Combine(_root, "journals", pair, operation + Elsewhere), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // That is why it is kept elsewhere.
        }
    }

    private string Place(string folder, string file)
    {
        string path = Path.Combine(_root, folder);
        Directory.CreateDirectory(path);
        return Path.Combine(path, file);
    }

    private T Guarded<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.Unavailable, "StateNotWritable", $"The state folder {_root} cannot be written: {e.Message}",
                "Set CRDR_STATE to a folder that can be, or write the journal elsewhere with -JournalTo and go on -WithoutLease.", e);
        }
    }
}
