namespace CrdrTools.Simulator;

/// <summary>The regions that are out, and since when. A region goes by its bare name (<c>europe-west1</c>) whatever the cloud.</summary>
internal sealed class Regions
{
    private readonly SortedDictionary<string, DateTimeOffset> _down = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, DateTimeOffset> Down => _down;

    /// <summary>The region of a cloud: <c>google-europe-west1</c> and <c>europe-west1</c> are both <c>europe-west1</c>.</summary>
    public static string Of(string cloud)
    {
        foreach (var vendor in Vendors)
        {
            if (cloud.StartsWith(vendor, StringComparison.Ordinal)) return cloud.Substring(vendor.Length);
        }
        return cloud;
    }

    public bool IsDown(string region) => _down.ContainsKey(region);

    /// <summary>Since when a region is out; null when it is not.</summary>
    public DateTimeOffset? DownSince(string region) => _down.TryGetValue(region, out var since) ? since : null;

    public void Set(string region, bool down, DateTimeOffset now)
    {
        if (!down) _down.Remove(Of(region));
        else if (!IsDown(Of(region))) _down[Of(region)] = now;
    }

    private static readonly string[] Vendors = ["google-", "aws-", "azure-", "do-", "upcloud-", "oracle-"];
}
