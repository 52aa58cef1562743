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
        return new((await marks.ConfigureAwait(false)).Select(Number).DefaultIfEmpty(0).Max(), new(place.Type, [.. (await records.ConfigureAwait(false)).Select(r => r.Data)]));
    }

    public async Task WriteAsync(long seen, Publication wanted, CancellationToken ct)
    {
        DnsMessage update = DnsMessage.Change(DnsClient.NewId(), place.Zone,
            DnsMessage.Stands(_mark, DnsType.Txt, seen == 0 ? [] : [Text(seen)]),
            [.. DnsMessage.Becomes(_mark, DnsType.Txt, [Text(wanted.Number)], place.Ttl), .. DnsMessage.Becomes(place.Name, place.Type, wanted.Value.Data, place.Ttl)]);
        await dns.UpdateAsync(update, ct).ConfigureAwait(false);
    }

    private static byte[] Text(long number) => DnsRecord.DataOf(DnsType.Txt, Mark + number.ToString(CultureInfo.InvariantCulture))!;

    private static long Number(DnsRecord record) =>
        DnsRecord.Say(DnsType.Txt, record.Data) is { } text && text.StartsWith(Mark, StringComparison.Ordinal)
        && long.TryParse(text.Substring(Mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
