using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>Keeps the end of a server's log aside before something overwrites it, and lists the transactions in it (safety rule S12).</summary>
internal sealed class WalKeeper(string dataDirectory, PostgresPrograms programs, FileOwner? owner, uint segmentSize)
{
    /// <summary>The list that is written beside the segments.</summary>
    public const string Summary = "summary.txt";

    /// <summary>Copies from <paramref name="from"/> to the log's end into a new folder, and gives that.</summary>
    public async Task<string> KeepAsync(NpgsqlLogSequenceNumber from, uint timeline, string folder, CancellationToken ct)
    {
        string log = Path.Combine(dataDirectory, "pg_wal");
        // It ends with an error at the log's end, and names the last record: beyond are segments that wait for use, with what they held before.
        ProgramEnd dump = await programs.RunAsync("pg_waldump", owner?.ToString(),
            [$"--path={log}", $"--timeline={timeline.ToString(CultureInfo.InvariantCulture)}", $"--start={from}", "--rmgr=Transaction"], Timeout.InfiniteTimeSpan, null, ct).ConfigureAwait(false);
        Match last = Regex.Match(dump.Errors, "error in WAL record at ([0-9A-F]+/[0-9A-F]+)");
        ulong? end = last.Success ? Segment(NpgsqlLogSequenceNumber.Parse(last.Groups[1].Value)) + 1 : null;

        List<string> kept = [];
        foreach (string name in Directory.EnumerateFiles(log).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal))
        {
            if (Regex.Match(name, "^([0-9A-F]{8})\\.history$") is { Success: true } history)
            {
                if (Hex(history.Groups[1].Value) >= timeline) kept.Add(name);
                continue;
            }
            if (Regex.Match(name, "^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(\\.partial)?$") is not { Success: true } segment || Hex(segment.Groups[1].Value) < timeline) continue;
            ulong number = (Hex(segment.Groups[2].Value) * (0x1_0000_0000UL / segmentSize)) + Hex(segment.Groups[3].Value);
            if (number >= Segment(from) && (end is null || number <= end || Hex(segment.Groups[1].Value) > timeline)) kept.Add(name);
        }

        OwnedFiles.CreateFolder(folder, owner);
        foreach (string name in kept)
        {
            ct.ThrowIfCancellationRequested();
            OwnedFiles.Copy(Path.Combine(log, name), Path.Combine(folder, name), owner);
        }
        OwnedFiles.Write(Path.Combine(folder, Summary), Describe(from, timeline, dump, kept), owner);
        Posix.SyncFolder(Path.GetDirectoryName(folder)!);
        return folder;
    }

    private static string Describe(NpgsqlLogSequenceNumber from, uint timeline, ProgramEnd dump, List<string> kept)
    {
        // Where there is no record at all after that position, none is lost. Any other trouble leaves it open.
        bool read = dump.ExitCode == 0 || Regex.IsMatch(dump.Errors, "error in WAL record at|could not find a valid record after");
        string[] transactions = [.. dump.Output.Split('\n').Where(l => l.Contains("rmgr: Transaction", StringComparison.Ordinal))];
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"The log of timeline {timeline} from {from} to its end, from {DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z.");
        text.AppendLine(CultureInfo.InvariantCulture, $"commits: {Count("COMMIT")}");
        text.AppendLine(CultureInfo.InvariantCulture, $"aborts: {Count("ABORT")}");
        text.AppendLine(CultureInfo.InvariantCulture, $"files: {string.Join(' ', kept)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"end: {dump.Errors.Trim().Split('\n')[^1]}");
        text.AppendLine().AppendLine("The transactions, as pg_waldump lists them; the rows are in the segments: pg_waldump --path=. without --rmgr.").AppendLine();
        foreach (string transaction in transactions) text.AppendLine(transaction.TrimEnd());
        return text.Replace("\r", "").ToString();

        string Count(string end) => read ? transactions.Count(t => Regex.IsMatch(t, $@"desc: {end}\b")).ToString(CultureInfo.InvariantCulture) : "unknown";
    }

    private ulong Segment(NpgsqlLogSequenceNumber at) => (ulong)at / segmentSize;

    private static ulong Hex(string digits) => ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
