using System.Globalization;
using CrdrTools.Core.Routes.Rfc2136;

namespace CrdrTools.Core.ReplicaDns;

/// <summary>
/// Publishes by dynamic updates (RFC 2136). The number stands in a text record beneath the name (<c>_crdr.NAME TXT "crdr decision=12"</c>), and one update changes
/// both or neither.
/// </summary>
internal sealed class Rfc2136Provider(DnsPlace place, SignedDns dns) : IDnsProvider
{
    private const string Mark = "crdr decision=";

    private readonly DnsName _mark = DnsName.Read($"_crdr.{place.Name}") ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "DnsNameTooLong", $"{place.Name} is too long to stand beneath _crdr.");

    public Task<CrdrException?> TryAsync(CancellationToken ct) => dns.TryKeyAsync(ct);

    public async Task<Publication> ReadAsync(CancellationToken ct)
    {
        Task<IReadOnlyList<DnsRecord>> marks = dns.LookUpAsync(place.Server, _mark, DnsType.Txt, ct), records = dns.LookUpAsync(place.Server, place.Name, place.Type, ct);
        await Task.WhenAll(marks, records).ConfigureAwait(false);
        return new(NumberOf(await marks.ConfigureAwait(false)), new(place.Type, [.. (await records.ConfigureAwait(false)).Select(r => r.Data)]));
    }

    public async Task WriteAsync(long seen, Publication wanted, CancellationToken ct)
    {
        DnsMessage update = DnsMessage.Change(DnsClient.NewId(), place.Zone,
            DnsMessage.Stands(_mark, DnsType.Txt, seen == 0 ? [] : [Text(seen)]),
            [.. DnsMessage.Becomes(_mark, DnsType.Txt, [Text(wanted.Number)], place.Ttl), .. DnsMessage.Becomes(place.Name, place.Type, wanted.Value.Data, place.Ttl)]);
        await dns.UpdateAsync(update, ct).ConfigureAwait(false);
    }

    /// <summary>The number that stands there. What is not ours would keep every update from taking effect: that is told, and left to who put it there.</summary>
    internal static long NumberOf(IReadOnlyList<DnsRecord> marks) =>
        marks.Count == 0 ? 0 : marks.Count == 1 && Number(marks[0]) is { } number ? number
            : throw new CrdrException(CrdrErrorKind.InvalidState, "ReplicaDnsMarkForeign", $"{marks[0].Name} TXT bears what is not of the read-only name: {string.Join(", ", marks.Select(m => $"\"{DnsRecord.Say(DnsType.Txt, m.Data)}\""))}.",
                $"One text is there, \"{Mark}NUMBER\", or none: remove what else stands there.");

    private static byte[] Text(long number) => DnsRecord.DataOf(DnsType.Txt, Mark + number.ToString(CultureInfo.InvariantCulture))!;

    /// <summary>Up to 18 digits, so that there is always a greater one.</summary>
    private static long? Number(DnsRecord record) =>
        DnsRecord.Say(DnsType.Txt, record.Data) is { } text && text.StartsWith(Mark, StringComparison.Ordinal) && text.Length <= Mark.Length + 18
        && long.TryParse(text.Substring(Mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
