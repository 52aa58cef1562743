using System.Text.RegularExpressions;

namespace CrdrTools.Core.Playbooks;

/// <summary>
/// Pure: what has to be put right about a playbook, as far as that can be told without PowerShell. What would make it do the wrong thing is an Error and keeps
/// it from being run; what only says that nobody took care of it is a Warning, for paper must not stand in the way of a recovery.
/// </summary>
public static class PlaybookFindings
{
    /// <summary>All of them, worst first; with a pair, what is wrong between the two as well.</summary>
    public static IReadOnlyList<CrdrPlaybookFinding> Of(PlaybookFile file, IReadOnlyList<CrdrPlaybookReview> reviews, CrdrPair? pair, DateTimeOffset now)
    {
        CrdrPlaybook playbook = PlaybookReviews.Describe(file, reviews);
        return [.. Care(file, playbook, reviews, now).Concat(pair is null ? [] : Fit(file, playbook, reviews, pair)).OrderByDescending(f => f.Severity)];
    }

    private static IEnumerable<CrdrPlaybookFinding> Care(PlaybookFile file, CrdrPlaybook playbook, IReadOnlyList<CrdrPlaybookReview> reviews, DateTimeOffset now)
    {
        if (playbook.Owner is null) yield return Found(file, null, FindingSeverity.Warning, "OwnerMissing", "Nobody owns it.");
        if (reviews.LastOrDefault() is { } last && last.Hash != file.Hash)
            yield return Found(file, null, FindingSeverity.Warning, "ChangedSinceReview", $"It was changed since {last.Who} looked at it on {last.At:yyyy-MM-dd}: that review is void.");
        if (playbook.LastReviewed is null)
        {
            if (reviews.Count == 0) yield return Found(file, null, FindingSeverity.Warning, "NeverReviewed", "Nobody has ever looked at it.");
        }
        else if (playbook.ReviewDue is { } due && due <= now)
        {
            yield return Found(file, null, FindingSeverity.Warning, "ReviewOverdue",
                $"It was last looked at on {playbook.LastReviewed:yyyy-MM-dd}, and is to be every {playbook.ReviewEvery}: that was due on {due:yyyy-MM-dd}, {(now - due).Days} days ago.");
        }
    }

    private static IEnumerable<CrdrPlaybookFinding> Fit(PlaybookFile file, CrdrPlaybook playbook, IReadOnlyList<CrdrPlaybookReview> reviews, CrdrPair pair)
    {
        if (playbook.Providers.Count > 0 && !playbook.Providers.Contains(pair.Provider, StringComparer.OrdinalIgnoreCase))
            yield return Found(file, pair, FindingSeverity.Error, "ProviderNotMeant", $"{pair.Name} is a pair of {pair.Provider}, and it is written for {string.Join(", ", playbook.Providers)}.");
        if (playbook.Pairs.Count > 0 && !playbook.Pairs.Any(p => Matches(p, pair.Name)))
            yield return Found(file, pair, FindingSeverity.Error, "PairNotMeant", $"It is written for {string.Join(", ", playbook.Pairs)}, and {pair.Name} is none of them.");
        if (reviews.LastOrDefault(r => r.Topologies.Any(t => t.Pair == pair.Name)) is { } review)
        {
            IReadOnlyList<string> changes = Topology.Changes(review.Topologies.First(t => t.Pair == pair.Name), Topology.Of(pair));
            if (changes.Count > 0)
                yield return Found(file, pair, FindingSeverity.Error, "TopologyChanged", $"{pair.Name} is not what it was when {review.Who} looked at the playbook for it on {review.At:yyyy-MM-dd}: {string.Join("; ", changes)}.");
        }
        else
        {
            yield return Found(file, pair, FindingSeverity.Warning, "NotReviewedForPair", $"Nobody has looked at it for {pair.Name}.");
        }
        if (file.Header.PairsObjectives && (pair.Objectives.Rto is null || pair.Objectives.Rpo is null))
            yield return Found(file, pair, FindingSeverity.Warning, "ObjectiveMissing", $"It is held against the pair's own objectives, and {pair.Name} has no {(pair.Objectives.Rto is null ? "RTO" : "RPO")}.");
        foreach ((string name, TimeSpan? wanted, TimeSpan? held) in new[] { ("RTO", pair.Objectives.Rto, playbook.Objectives.Rto), ("RPO", pair.Objectives.Rpo, playbook.Objectives.Rpo) })
        {
            if (held > wanted) yield return Found(file, pair, FindingSeverity.Warning, "ObjectiveTighter", $"{pair.Name} has an {name} of {wanted}, and it is written for {held}.");
        }
    }

    private static CrdrPlaybookFinding Found(PlaybookFile file, CrdrPair? pair, FindingSeverity severity, string id, string message) =>
        new() { Playbook = file.Name, Pair = pair?.Name, Severity = severity, Id = id, Message = message, Path = file.Path };

    /// <summary>Whether a name is meant by a pattern with * and ?.</summary>
    internal static bool Matches(string pattern, string name) =>
        Regex.IsMatch(name, "^" + Regex.Escape(pattern).Replace("\\*", ".*").Replace("\\?", ".") + "$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
