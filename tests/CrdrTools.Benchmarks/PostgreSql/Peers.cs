using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace CrdrTools.Benchmarks.PostgreSql;

/// <summary>
/// Ours beside others: the cases of a lab of two servers, a proxy and a writer (by hand, Patroni, repmgr), and our own, in turn. The lab is not part of this
/// repository: <c>CRDR_PGPAIR</c> is its folder, with <c>lab.sh CASE RUNS</c> that leaves <c>results.jsonl</c> in <c>LAB_DIR</c>.
/// </summary>
internal static class Peers
{
    private const string Variable = "CRDR_PGPAIR";

    /// <summary>One line of the table: who, and the case there; those of one kind stand beside each other, the first is what the others are measured against.</summary>
    private sealed record Line(string Kind, string Who, string Case, bool Ours = false);

    private static readonly Line[] s_lines =
    [
        new("planned", "by hand, clean", "clean"), new("planned", "ours, clean", "clean", Ours: true), new("planned", "by commands", "plain"),
        new("planned", "Patroni", "patroni_switch"), new("planned", "repmgr", "repmgr_switch"),
        new("handed over", "by hand", "handover"), new("handed over", "ours", "handover", Ours: true),
        new("behind PgBouncer", "by hand", "pgb"), new("behind PgBouncer", "ours", "pgbouncer", Ours: true),
        new("killed", "by hand", "kill"), new("killed", "ours, kept open", "kill", Ours: true), new("killed", "repmgr", "repmgr_kill"), new("killed", "Patroni", "patroni_kill"),
    ];

    private readonly record struct Figures(double Gap, double Lost, double Errors, double Ready);

    public static async Task<int> RunAsync(int rounds)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } lab || !File.Exists(Path.Combine(lab, "lab.sh")))
        {
            Console.Error.WriteLine($"{Variable} is not set to the folder of the lab (with its lab.sh): there is nobody to stand beside.");
            return 2;
        }
        Dictionary<Line, List<Figures>> all = s_lines.ToDictionary(l => l, _ => new List<Figures>());
        // Many in two halves, so that what the machine does meanwhile falls on all of them; a few at once, for most of what they take is their set-up.
        int half = rounds <= 5 ? rounds : (rounds + 1) / 2;
        for (int done = 0; done < rounds; done += half)
        {
            foreach (Line line in s_lines)
            {
                int runs = Math.Min(half, rounds - done);
                try
                {
                    all[line].AddRange(line.Ours ? (await Moves.OursAsync(line.Case, runs)).Select(r => new Figures(r.Gap, r.Lost, r.Errors, r.Ready)) : Lab(lab, line.Case, runs));
                }
                catch (Exception e) when (e is InvalidOperationException or IOException or TimeoutException)
                {
                    Console.WriteLine($"{line.Kind}, {line.Who}: {e.Message}");
                }
                Console.WriteLine($"{line.Kind}, {line.Who}: {Spread(all[line].Select(f => f.Gap))}");
            }
        }
        Show(all);
        return 0;
    }

    private static List<Figures> Lab(string lab, string name, int runs)
    {
        string folder = Directory.CreateTempSubdirectory("crdr-bench-peer-").FullName;
        try
        {
            ProcessStartInfo start = new(Path.Combine(lab, "lab.sh"), [name, runs.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["LAB_DIR"] = folder;
            using Process process = Process.Start(start)!;
            Task<string> said = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            process.WaitForExit();
            string results = Path.Combine(folder, "results.jsonl");
            List<Figures> figures = File.Exists(results) ? [.. File.ReadLines(results).Select(l => JsonDocument.Parse(l).RootElement).Select(r => new Figures(Number(r, "gap_ms"), Number(r, "lost"), Number(r, "errors"), Number(r, "ready_ms")))] : [];
            if (process.ExitCode != 0 && figures.Count == 0) throw new InvalidOperationException($"{name} ended with {process.ExitCode}: {Last(said.Result)} {Last(errors.Result)}");
            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Show(Dictionary<Line, List<Figures>> all)
    {
        Console.WriteLine();
        Console.WriteLine($"{"",-18}{"",-18}{"runs",-6}{"write gap, ms",-24}{"to the first",-14}{"client errors",-22}{"lost rows",-14}old one a standby again, ms");
        foreach (IGrouping<string, Line> kind in s_lines.GroupBy(l => l.Kind))
        {
            double first = Moves.Median(all[kind.First()].Select(f => f.Gap).DefaultIfEmpty(double.NaN));
            foreach (Line line in kind.Where(l => all[l].Count > 0))
            {
                List<Figures> rows = all[line];
                double gap = Moves.Median(rows.Select(f => f.Gap));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{line.Kind,-18}{line.Who,-18}{rows.Count,-6}{Spread(rows.Select(f => f.Gap)),-24}{gap / first,-14:0.00}{Spread(rows.Select(f => f.Errors)),-22}{Spread(rows.Select(f => f.Lost)),-14}{Spread(rows.Select(f => f.Ready))}"));
            }
        }
    }

    private static string Spread(IEnumerable<double> figures) =>
        figures.ToList() is { Count: > 0 } all ? string.Create(CultureInfo.InvariantCulture, $"{Moves.Median(all):0} ({all.Min():0}..{all.Max():0})") : "none";

    private static double Number(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;

    private static string Last(string text) => string.Join(' ', text.Trim().Split('\n').TakeLast(3));
}
