using System.Globalization;
using System.Text;

namespace CrdrTools.Core.Monitoring;

/// <summary>Pure: what is known of watched pairs, in the text that Prometheus reads (version 0.0.4). What is not known is left out, never zero.</summary>
public static class PrometheusText
{
    /// <summary>The content type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>All of it.</summary>
    public static string Write(IReadOnlyList<CrdrPairSight> sights, DateTimeOffset now, TimeSpan lateness)
    {
        StringBuilder text = new();
        void Metric(string name, string help, Func<CrdrPairSight, IEnumerable<(string Labels, double? Value)>> values)
        {
            List<string> lines = [.. sights.SelectMany(s => values(s).Where(v => v.Value is not null).Select(v => $"{name}{{pair=\"{Label(s.Pair)}\"{v.Labels}}} {v.Value!.Value.ToString("0.######", CultureInfo.InvariantCulture)}"))];
            if (lines.Count == 0) return;
            text.Append($"# HELP {name} {help}\n# TYPE {name} gauge\n");
            foreach (string line in lines) text.Append(line).Append('\n');
        }
        static IEnumerable<(string, double?)> One(double? value) => [("", value)];

        Metric("crdr_pair_seen", "Whether the newest look saw the pair.", s => One(s.Status is null || s.Trouble is not null ? 0 : 1));
        Metric("crdr_pair_look_age_seconds", "Age of the newest look that saw the pair.", s => One(s.Status is { } seen ? Age(seen.ObservedAt) : null));
        Metric("crdr_pair_phase", "The phase that the pair was last seen in: 1 for that one.", s => Enum.GetValues(typeof(CrdrPhase)).Cast<CrdrPhase>().Where(_ => s.Status is not null).Select(p => ($",phase=\"{p}\"", (double?)(p == s.Status!.Phase ? 1 : 0))));
        Metric("crdr_pair_active", "Who takes the writes by the last truth: 1 for that side.", s => new[] { Side.Primary, Side.Recovery }.Where(_ => s.Active is not null).Select(side => ($",side=\"{side}\"", (double?)(side == s.Active ? 1 : 0))));
        Metric("crdr_pair_active_age_seconds", "Seconds since the active side was last seen to be so.", s => One(s.ActiveSeen is { } at ? Age(at) : null));
        Metric("crdr_member_reachable", "Whether the vendor, or the server, answered for a member.", s => s.Status is { } seen ? new[] { seen.Primary, seen.Recovery }.Select(m => ($",side=\"{m.Side}\",member=\"{Label(m.Name)}\"", (double?)(m.Reachable ? 1 : 0))) : []);
        Metric("crdr_replication_lag_seconds", "How far the copy is behind, where it is told.", s => One(s.Status?.Replication?.Lag?.TotalSeconds));
        Metric("crdr_replicated_to_timestamp_seconds", "Up to when everything has arrived, where it is told.", s => One(s.Status?.Replication?.ReplicatedTo is { } to ? to.ToUnixTimeMilliseconds() / 1000.0 : null));
        Metric("crdr_pair_findings", "Findings by severity.", s => s.Status is { } seen ? Enum.GetValues(typeof(FindingSeverity)).Cast<FindingSeverity>().Select(v => ($",severity=\"{v}\"", (double?)seen.Findings.Count(f => f.Severity == v))) : []);
        Metric("crdr_pair_obligations", "What earlier operations left to be done.", s => One(s.Status?.Obligations.Count));
        Metric("crdr_pair_operation_open", "Whether an operation has begun and not ended.", s => One(s.Status is { } seen ? seen.OpenOperation is null ? 0 : 1 : null));
        Metric("crdr_outage_failures", "Looks one after another that found the primary dead.", s => One(s.Failures));
        Metric("crdr_outage_armed", "Whether an outage would be acted on.", s => One(s.Armed ? 1 : 0));
        text.Append("# HELP crdr_watch_lateness_seconds How late the latest look began, at most.\n# TYPE crdr_watch_lateness_seconds gauge\n");
        text.Append("crdr_watch_lateness_seconds ").Append(lateness.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)).Append('\n');
        return text.ToString();

        double Age(DateTimeOffset at) => Math.Max(0, (now - at).TotalSeconds);
    }

    private static string Label(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
