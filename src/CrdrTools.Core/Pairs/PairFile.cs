using System.Text.Json;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Pairs;

/// <summary>What the pair file holds.</summary>
public sealed record PairDocument
{
    /// <summary>The pairs.</summary>
    public List<CrdrPair> Pairs { get; init; } = [];
}

/// <summary>The registered pairs: one JSON file, written for people, read strictly.</summary>
public sealed class PairFile(string path)
{
    /// <summary>Where it is.</summary>
    public string Location => path;

    /// <summary><c>CRDR_PAIRS</c>, or <c>pairs.json</c> in the user's own folder for settings.</summary>
    public static string DefaultPath =>
        Environment.GetEnvironmentVariable("CRDR_PAIRS") is { Length: > 0 } set ? set
        : Path.Combine(Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } xdg ? xdg
            : Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "crdrtools", "pairs.json");

    /// <summary>All pairs, in the file's order. No file: none.</summary>
    public IReadOnlyList<CrdrPair> Read()
    {
        if (!File.Exists(path)) return [];
        PairEntries? document;
        try
        {
            document = JsonSerializer.Deserialize(File.ReadAllText(path), PairJson.Default.PairEntries);
        }
        catch (JsonException e)
        {
            throw new CrdrException(CrdrErrorKind.InvalidInput, "PairFileInvalid",
                $"The pair file {path} cannot be read: {Where(e)}{Plain(e)}", "Mend that line; nothing was changed.", e);
        }
        IReadOnlyList<CrdrPair> pairs = [.. (document?.Pairs ?? []).Select(p => p.ToPair())];
        foreach (IGrouping<string, CrdrPair> same in pairs.GroupBy(p => p.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            throw new CrdrException(CrdrErrorKind.InvalidInput, "PairFileInvalid", $"The pair file {path} describes the pair '{same.Key}' {same.Count()} times.");
        return pairs;
    }

    /// <summary>The pair of that name.</summary>
    public CrdrPair Get(string name)
    {
        IReadOnlyList<CrdrPair> pairs = Read();
        return pairs.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new CrdrException(CrdrErrorKind.NotFound, "PairNotFound", pairs.Count == 0
                ? $"There is no pair '{name}': none is registered in {path}."
                : $"There is no pair '{name}' in {path}. Registered: {string.Join(", ", pairs.Take(10).Select(p => p.Name))}{(pairs.Count > 10 ? ", ..." : "")}.",
                "Register it with: Register-CrdrPair (crdr pair register)");
    }

    /// <summary>Adds a pair, or replaces the one of that name where that is wanted.</summary>
    public void Put(CrdrPair pair, bool replace)
    {
        List<CrdrPair> pairs = [.. Read()];
        int at = pairs.FindIndex(p => string.Equals(p.Name, pair.Name, StringComparison.OrdinalIgnoreCase));
        if (at >= 0 && !replace)
            throw new CrdrException(CrdrErrorKind.InvalidInput, "PairExists", $"The pair '{pair.Name}' is registered already in {path}.", "Replace it with -Force (crdr: --force).");
        if (at >= 0) pairs[at] = pair;
        else pairs.Add(pair);
        Write(pairs);
    }

    /// <summary>Takes a pair out.</summary>
    public void Remove(string name)
    {
        CrdrPair pair = Get(name);
        Write([.. Read().Where(p => p.Name != pair.Name)]);
    }

    private void Write(List<CrdrPair> pairs)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            Compat.ReplaceFile(path, JsonSerializer.Serialize(new PairDocument { Pairs = pairs }, PairJson.Default.PairDocument) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.Unavailable, "PairFileNotWritable", $"The pair file {path} cannot be written: {e.Message}", null, e);
        }
    }

    private static string Where(JsonException e) =>
        $"{(e.LineNumber is { } line ? $"line {line + 1}, " : "")}field {(string.IsNullOrEmpty(e.Path) ? "$" : e.Path)}: ";

    private static string Plain(JsonException e)
    {
        int cut = e.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        return cut < 0 ? e.Message : e.Message.Substring(0, cut);
    }
}
