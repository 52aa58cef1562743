using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Reports;

/// <summary>What was seen of both sides at one time. What was not seen is <see langword="null"/>.</summary>
public sealed record ReportSight
{
    /// <summary>The line of the journal that says so.</summary>
    public required int Line { get; init; }
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>On what occasion.</summary>
    public required string When { get; init; }
    /// <summary>Where the pair stood, where the line says so.</summary>
    public CrdrPhase? Phase { get; init; }
    /// <summary>Whether the line tells of both sides.</summary>
    public bool Both { get; init; }
    /// <summary>Who was seen taking writes; nobody, or not to be told, is <see langword="null"/>.</summary>
    public Side? Active { get; init; }
    /// <summary>The primary, in words.</summary>
    public string? Primary { get; init; }
    /// <summary>The recovery side, in words.</summary>
    public string? Recovery { get; init; }

    /// <summary>All that a journal has.</summary>
    public static IEnumerable<ReportSight> Of(IReadOnlyList<JournalEntry> entries)
    {
        IReadOnlyDictionary<string, string?>? first = entries.FirstOrDefault()?.Epoch;
        foreach (JournalEntry entry in entries)
        {
            if (entry is { Kind: JournalKind.Begin, Start: { } start })
            {
                yield return new()
                {
                    Line = entry.Seq, At = start.ObservedAt, When = "before anything was asked for", Phase = start.Phase, Both = true, Active = start.ActiveMember,
                    Primary = Words(start.Primary), Recovery = Words(start.Recovery),
                };
            }
            else if (entry.Epoch is { } epoch)
            {
                yield return new()
                {
                    Line = entry.Seq, At = entry.At, When = entry.Kind == JournalKind.Intent ? $"right before {entry.Step}" : $"{entry.Step}: {entry.Kind.ToString().ToLowerInvariant()}", Both = true,
                    Active = Enum.TryParse(epoch.Get("active"), out Side active) ? active : null, Primary = Words(epoch, first, "primary."), Recovery = Words(epoch, first, "recovery."),
                };
            }
            else if (entry.Record is { PhaseAfter: { } after } record)
            {
                yield return new() { Line = entry.Seq, At = record.Ended ?? entry.At, When = entry.Kind == JournalKind.End ? "at the end" : "when it was left", Phase = after };
            }
        }
    }

    private static string Words(CrdrMemberStatus member) =>
        $"{member.Role}, {(member.NativeState ?? "state not seen")}, {member.Health.ToString().ToLowerInvariant()}{(member.Reachable ? "" : ", not reached")}{(member.ProgressText is null ? "" : $", {member.ProgressText}")}";

    private static string Words(IReadOnlyDictionary<string, string?> epoch, IReadOnlyDictionary<string, string?>? first, string side)
    {
        List<string> said = [];
        foreach (KeyValuePair<string, string?> seen in epoch.Where(e => e.Key.StartsWith(side, StringComparison.Ordinal)))
        {
            string name = seen.Key.Substring(side.Length);
            if (name != "id") said.Add($"{name} {(seen.Value is null ? "not seen" : seen.Value.Length == 0 ? "none" : seen.Value)}");
            else if (first?.Get(seen.Key) is { } was && seen.Value is { } now && was != now) said.Add($"another identity: {now}");
        }
        return said.Count == 0 ? "not seen" : string.Join(", ", said);
    }
}
