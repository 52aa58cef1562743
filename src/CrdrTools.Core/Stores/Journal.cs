using System.Text;
using System.Text.Json;

namespace CrdrTools.Core.Stores;

/// <summary>
/// The journal of one operation: a JSON object a line, each with the hash of the one before; on disk before the call returns.
/// The chain shows accident and careless edits, not forgery.
/// </summary>
public sealed class Journal : IDisposable
{
    private const string HashMark = ",\"hash\":\"";
    private readonly FileStream _file;
    private readonly TimeProvider _time;
    private string _last;
    private long _length;
    private int _torn;

    private Journal(string path, FileStream file, TimeProvider time, string last, List<JournalEntry> entries)
    {
        _length = file.Position;
        Path = path;
        _file = file;
        _time = time;
        _last = last;
        _entries = entries;
    }

    private readonly List<JournalEntry> _entries;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The operation, by the file's name.</summary>
    public string OperationId => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<JournalEntry> Entries => _entries;

    /// <summary>The lease's counter, written into each line.</summary>
    public long Counter { get; set; }

    /// <summary>When the one in a file was begun, by its first line; <see langword="null"/> where that cannot be read.</summary>
    public static DateTimeOffset? Began(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using StreamReader reader = new(file, Encoding.UTF8);
            return JsonSerializer.Deserialize(reader.ReadLine() ?? "", CrdrJson.Default.JournalEntry)?.At;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Begins one. An id that is taken is an error.</summary>
    public static Journal Create(string path, TimeProvider time)
    {
        FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1);
        return new Journal(path, file, time, "", []);
    }

    /// <summary>Opens one to go on. A torn last line is cut off and noted; a broken chain is refused.</summary>
    public static Journal Open(string path, TimeProvider time)
    {
        JournalText text = Read(path);
        if (text.Broken is { } broken)
            throw new CrdrException(CrdrErrorKind.Damaged, "JournalDamaged", $"The journal {path} cannot be trusted: {broken}",
                "Look at the pair with Get-CrdrStatus (crdr status); close the operation with: Stop-CrdrOperation -Abandon -Reason '...' (crdr operation stop --abandon --reason '...')");
        FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 1);
        if (text.Torn is not null) file.SetLength(text.Length);
        file.Seek(0, SeekOrigin.End);
        Journal journal = new(path, file, time, text.LastHash, [.. text.Entries]);
        if (text.Entries.Count > 0) journal.Counter = text.Entries[text.Entries.Count - 1].Counter;
        if (text.Torn is not null) journal.Write(new() { Seq = 0, At = default, Counter = 0, Kind = JournalKind.Note, Text = $"A torn last line of {text.Torn.Length} characters was cut off." });
        return journal;
    }

    /// <summary>Writes a line and waits until the disk has it. Number, time, counter and chain are filled in here.</summary>
    public void Write(JournalEntry entry)
    {
        entry = entry with { Seq = _entries.Count + 1, At = _time.GetUtcNow(), Counter = Counter, Prev = _last };
        string json = JsonSerializer.Serialize(entry, CrdrJson.Default.JournalEntry);
        string body = json.Substring(0, json.Length - 1);
        string hash = Compat.Sha256(body);
        byte[] line = Encoding.UTF8.GetBytes($"{body}{HashMark}{hash}\"}}\n");
        // What a full disk left of a line of ours is cut off; a sleeper must not write over what its successor has written.
        if (_torn > 0 && _file.Length > _length && _file.Length <= _length + _torn)
        {
            _file.SetLength(_length);
            _file.Position = _length;
        }
        _torn = 0;
        if (_file.Length != _length) throw new LeaseLostException($"The journal {Path} was gone on with by somebody else.");
        _torn = line.Length;
        _file.Write(line, 0, line.Length);
        _file.Flush(flushToDisk: true);
        _torn = 0;
        _length += line.Length;
        _last = hash;
        _entries.Add(entry);
    }

    /// <summary>
    /// Whether it has its end line, from its last line alone, for status asks that of every journal of a pair. One without its first
    /// line announced nothing: as good as ended.
    /// </summary>
    public static bool Ended(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length == 0) return true;
        byte[] tail = [];
        while (true)
        {
            int more = (int)Math.Min(8192, file.Length - tail.Length);
            byte[] longer = new byte[more + tail.Length];
            tail.CopyTo(longer, more);
            file.Seek(-longer.Length, SeekOrigin.End);
            for (int read = 0; read < more;)
            {
                int got = file.Read(longer, read, more - read);
                if (got == 0) break;
                read += got;
            }
            tail = longer;
            bool whole = tail.Length == file.Length;
            bool torn = tail[tail.Length - 1] != (byte)'\n';
            int last = tail.Length - (torn ? 1 : 2);
            int begin = last < 0 ? 0 : Array.LastIndexOf(tail, (byte)'\n', last) + 1;
            if (begin == 0 && !whole) continue;
            // A torn last line: what it would have said is not known, so the operation is open; unless it is the first.
            if (torn) return begin == 0;
            return Encoding.UTF8.GetString(tail, begin, tail.Length - begin).Contains($"\"kind\":\"{nameof(JournalKind.End)}\"");
        }
    }

    /// <summary>Reads a journal without opening it for writing.</summary>
    public static JournalText Read(string path)
    {
        byte[] bytes;
        using (FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        using (MemoryStream copy = new())
        {
            file.CopyTo(copy);
            bytes = copy.ToArray();
        }
        List<JournalEntry> entries = [];
        string last = "";
        int begin = 0;
        while (begin < bytes.Length)
        {
            int end = Array.IndexOf(bytes, (byte)'\n', begin);
            string line = Encoding.UTF8.GetString(bytes, begin, (end < 0 ? bytes.Length : end) - begin);
            if (end < 0) return new(entries, last, begin, line, null);
            string? wrong = Check(line, entries.Count + 1, last, out JournalEntry? entry, out string hash);
            if (wrong is not null)
            {
                // A last line that cannot be read at all was torn by the disk; anything else was altered.
                bool torn = end == bytes.Length - 1 && entry is null;
                return torn ? new(entries, last, begin, line, null) : new(entries, last, begin, null, wrong);
            }
            entries.Add(entry!);
            last = hash;
            begin = end + 1;
        }
        return new(entries, last, begin, null, null);
    }

    private static string? Check(string line, int number, string previous, out JournalEntry? entry, out string hash)
    {
        entry = null;
        hash = "";
        int mark = line.LastIndexOf(HashMark, StringComparison.Ordinal);
        if (mark < 0 || !line.EndsWith("\"}", StringComparison.Ordinal)) return $"line {number} is not a journal line.";
        hash = line.Substring(mark + HashMark.Length, line.Length - mark - HashMark.Length - 2);
        string body = line.Substring(0, mark);
        try
        {
            entry = JsonSerializer.Deserialize(body + "}", CrdrJson.Default.JournalEntry);
        }
        catch (JsonException)
        {
            return $"line {number} is not JSON.";
        }
        if (entry is null) return $"line {number} is empty.";
        if (Compat.Sha256(body) != hash) return $"line {number} was altered after it was written.";
        if (entry.Seq != number || entry.Prev != previous) return $"line {number} does not follow the line before: lines were removed or reordered.";
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // Nothing is buffered: what could not be written was told when it was to be.
        }
    }
}

/// <summary>What a journal file holds.</summary>
/// <param name="Entries">The lines that can be trusted.</param>
/// <param name="LastHash">The hash of the last of them.</param>
/// <param name="Length">Their length in bytes.</param>
/// <param name="Torn">A last line that was not written to its end.</param>
/// <param name="Broken">What is wrong with the chain.</param>
public sealed record JournalText(IReadOnlyList<JournalEntry> Entries, string LastHash, int Length, string? Torn, string? Broken);
