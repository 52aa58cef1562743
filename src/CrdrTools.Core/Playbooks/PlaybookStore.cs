using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Playbooks;

/// <summary>
/// What is kept of playbooks and rehearsals, in the state folder that all who may act share: <c>playbooks/reviews</c>, a line each, <c>playbooks/runs</c> and
/// <c>drills</c>, a file each.
/// A review is not written into the script: what came with the product is read-only and may be signed, and a changed file would be another one.
/// </summary>
public sealed class PlaybookStore(string root)
{
    private string ReviewsOf(string playbook) => Path.Combine(root, "playbooks", "reviews", Names.Require(playbook, "playbook name") + ".jsonl");

    /// <summary>The reviews of a playbook, oldest first. What cannot be read says nothing, and keeps nobody from recovering.</summary>
    public IReadOnlyList<CrdrPlaybookReview> Reviews(string playbook)
    {
        string path = ReviewsOf(playbook);
        List<CrdrPlaybookReview> reviews = [];
        foreach (string line in Text().Split(['\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                if (JsonSerializer.Deserialize(line, PlaybookJson.Default.CrdrPlaybookReview) is { } review) reviews.Add(review);
            }
            catch (JsonException)
            {
                // Two may have written at once: a mangled line is no review, the others are.
            }
        }
        return reviews;

        string Text()
        {
            try
            {
                return File.Exists(path) ? StateFile.Read(path) : "";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }
    }

    /// <summary>Keeps a review.</summary>
    public void Add(CrdrPlaybookReview review) => Guarded(() =>
    {
        string path = ReviewsOf(review.Playbook);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        StateFile.Append(path, JsonSerializer.Serialize(review, PlaybookJson.Default.CrdrPlaybookReview) + "\n");
    });

    /// <summary>The runs on a pair (or on all), newest first. What cannot be read is passed over: it proves nothing.</summary>
    public IEnumerable<CrdrPlaybookRun> Runs(string? pair = null) => Read(Path.Combine("playbooks", "runs"), pair, "*.json", PlaybookJson.Default.CrdrPlaybookRun);

    /// <summary>The runs of a playbook, newest first.</summary>
    public IEnumerable<CrdrPlaybookRun> RunsOf(string playbook) => Read(Path.Combine("playbooks", "runs"), null, $"*-{Names.Require(playbook, "playbook name")}.json", PlaybookJson.Default.CrdrPlaybookRun).Where(r => r.Playbook == playbook);

    /// <summary>Keeps a run, or what became of it.</summary>
    public void Put(CrdrPlaybookRun run) => Write(Path.Combine("playbooks", "runs", Names.Require(run.Pair, "pair name")), run.Id, run, PlaybookJson.Default.CrdrPlaybookRun);

    /// <summary>The rehearsals for a pair, newest first.</summary>
    public IEnumerable<CrdrDrillResult> Drills(string pair) => Read("drills", pair, "*.json", CrdrJson.Default.CrdrDrillResult);

    /// <summary>Keeps a rehearsal for a pair: its verdict, its figures, and what people noted.</summary>
    public void Put(string pair, CrdrDrillResult drill) => Write(Path.Combine("drills", Names.Require(pair, "pair name")), $"{drill.Began.UtcDateTime:yyyyMMdd-HHmmss}-{Guid.NewGuid().ToString("N").Substring(0, 4)}", drill, CrdrJson.Default.CrdrDrillResult);

    private IEnumerable<T> Read<T>(string below, string? pair, string names, JsonTypeInfo<T> type) where T : class
    {
        string folder = pair is null ? Path.Combine(root, below) : Path.Combine(root, below, Names.Require(pair, "pair name"));
        // Names begin with the time.
        foreach (string file in Files().OrderByDescending(f => Path.GetFileName(f), StringComparer.Ordinal))
            if (Of(file) is { } one) yield return one;

        string[] Files()
        {
            try
            {
                return Directory.Exists(folder) ? Directory.GetFiles(folder, names, SearchOption.AllDirectories) : [];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return [];
            }
        }

        T? Of(string file)
        {
            try
            {
                return JsonSerializer.Deserialize(StateFile.Read(file), type);
            }
            catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    private void Write<T>(string below, string name, T value, JsonTypeInfo<T> type) => Guarded(() =>
    {
        string folder = Path.Combine(root, below);
        Directory.CreateDirectory(folder);
        Compat.ReplaceFile(Path.Combine(folder, name + ".json"), JsonSerializer.Serialize(value, type) + "\n");
    });

    private void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.Unavailable, "StateNotWritable", $"The state folder {root} cannot be written: {e.Message}", "Set CRDR_STATE to a folder that can be.", e);
        }
    }
}

/// <summary>How what is kept of playbooks is written down.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CrdrPlaybookReview))]
[JsonSerializable(typeof(CrdrPlaybookRun))]
internal sealed partial class PlaybookJson : JsonSerializerContext;
