namespace CrdrTools.Core.Stores;

/// <summary>Journals that were read, kept while their files stay as they are: one that has ended never changes, and guards ask for the newest ones again and again.</summary>
internal sealed class JournalShelf
{
    private readonly object _gate = new();
    private readonly Dictionary<string, (long Length, DateTime Written, JournalText Text)> _read = [];

    /// <summary>Reads one, unless its file is as it was when it was read.</summary>
    public JournalText Read(string path)
    {
        FileInfo file = new(path);
        (long Length, DateTime Written) now = (file.Length, file.LastWriteTimeUtc);
        lock (_gate)
            if (_read.TryGetValue(path, out (long Length, DateTime Written, JournalText Text) kept) && (kept.Length, kept.Written) == now) return kept.Text;
        JournalText text = Journal.Read(path);
        // One that still grows has no place here; nor has one that was written to while it was read.
        if (text.Entries.Count > 0 && text.Entries[text.Entries.Count - 1].Kind == JournalKind.End && text.Length == now.Length)
            lock (_gate) _read[path] = (now.Length, now.Written, text);
        return text;
    }
}
