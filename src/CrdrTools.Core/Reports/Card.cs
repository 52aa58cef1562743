using System.Text;
using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Reports;

/// <summary>Pure: the offline page of a pair. Holds no secret, and needs nothing that a disaster takes away.</summary>
public static class Card
{
    /// <summary>As Markdown.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="session">For the vendor's own commands.</param>
    /// <param name="seen">What was seen when the card was made, if anything.</param>
    /// <param name="lastProof">The newest operation that moved writes and succeeded.</param>
    /// <param name="made">When the card is made.</param>
    public static string Write(CrdrPair pair, IPairSession session, CrdrStatus? seen, CrdrOperation? lastProof, DateTimeOffset made)
    {
        StringBuilder card = new();
        bool needsToken = Providers.ProviderRegistry.Get(pair.Provider).NeedsToken;
        List<(string When, CrdrRequest Request)> byHand = [];
        void Line(string text = "") => card.Append(text).Append('\n');

        Line($"# {pair.Name}: what to do when {pair.Primary.Region ?? pair.Primary.Name} is lost");
        Line();
        Line($"Made {made:yyyy-MM-dd HH:mm}Z. Provider {pair.Provider}. Print it; it needs no network to be read.");
        Line();
        Line("| side | service | region | identity | endpoint |");
        Line("|---|---|---|---|---|");
        foreach (Side side in new[] { Side.Primary, Side.Recovery })
            Line($"| {side} | {pair[side].Name} | {pair[side].Region ?? "?"} | {pair[side].Identity ?? "not pinned"} | {seen?[side].Endpoint ?? "not seen when this was made"} |");
        Line();
        foreach (KeyValuePair<string, string> setting in pair.Settings.OrderBy(s => s.Key, StringComparer.Ordinal)) Line($"- {setting.Key}: {setting.Value}");
        Line($"- secret: {pair.Secret ?? (needsToken ? "given at call time" : "none on record")}");
        Line($"- objectives: RTO {pair.Objectives.Rto?.ToString() ?? "none"}, RPO {pair.Objectives.Rpo?.ToString() ?? "none"}; loss that cannot be bounded: {pair.UnknownLag}");
        foreach (CrdrRoute route in pair.Routes) Line($"- route {route.Name}: {route.Type}{(route.Host is null ? "" : $" {route.Host}")}");
        Line($"- seen when this was made: {(seen is null ? "nothing, it could not be reached" : $"{seen.Phase}, {(seen.ActiveMember is { } a ? $"{seen[a].Name} takes the writes" : "nobody is seen taking writes")}")}");
        Line();
        Line("## Commands");
        Line();
        Line("| when | PowerShell | crdr | without these tools |");
        Line("|---|---|---|---|");
        Line($"| see where it stands | `Get-CrdrStatus {pair.Name}` | `crdr status {pair.Name}` | |");
        Row("the primary region is lost", new CrdrRequest { Verb = CrdrVerb.Failover });
        Row("planned, both sides run", new CrdrRequest { Verb = CrdrVerb.Switchover, To = Side.Recovery });
        Row("the region is back: rebuild", new CrdrRequest { Verb = CrdrVerb.Restore });
        Row("rebuilt: go home", new CrdrRequest { Verb = CrdrVerb.Restore, TakeOver = true });
        Line();
        foreach ((string when, CrdrRequest request) in byHand)
        {
            if (Steps(request) is not { Count: > 0 } steps) continue;
            Line($"## By hand: {when}");
            Line();
            Line("```");
            foreach (string step in steps) Line(step);
            Line("```");
            Line();
        }
        Line("## Contacts");
        Line();
        if (pair.Contacts.Count == 0) Line("None on record: add `contacts` to the pair.");
        foreach (string contact in pair.Contacts) Line($"- {contact}");
        Line();
        Line("## Last proof");
        Line();
        Line(lastProof is null
            ? "None: no failover or switchover of this pair is on record here. Rehearse it."
            : $"{lastProof.Verb} on {lastProof.Began:yyyy-MM-dd HH:mm}Z by {lastProof.Who}{(lastProof.Simulated || lastProof.TestPair ? " (a rehearsal)" : "")}: recovery time {lastProof.Rto?.TotalSeconds:0.0} s. {lastProof.Loss}");
        return card.ToString();

        void Row(string when, CrdrRequest request)
        {
            (string powerShell, string crdr) = CommandText.For(pair.Name, request);
            byHand.Add((when, request));
            Line($"| {when} | `{powerShell}` | `{crdr}` | {(session.VendorCommand(request) is { } vendor ? $"`{vendor}`" : Steps(request).Count > 0 ? "see below" : "")} |");
        }

        // Where one command does not do it, the steps are listed.
        IReadOnlyList<string> Steps(CrdrRequest request)
        {
            if (seen is null || session.VendorCommand(request) is not null) return [];
            try
            {
                return [.. session.Plan(request, seen).Where(s => s.Manual.Count > 0).SelectMany((s, i) => new[] { $"# {i + 1}. {s.Effect}" }.Concat(s.Manual))];
            }
            catch (CrdrException)
            {
                return [];
            }
        }
    }
}
