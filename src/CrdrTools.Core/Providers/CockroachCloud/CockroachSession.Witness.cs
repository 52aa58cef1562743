using CrdrTools.Core.Operations;
using CrdrTools.Core.Sql;

namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>What is known of the primary's life: the vendor's word by its nodes, the cluster's own over SQL, and whether the stream moves.</summary>
internal sealed partial class CockroachSession
{
    /// <inheritdoc/>
    public IReadOnlyList<CrdrTestimony> Testify(CrdrStatus now, CrdrStatus? before)
    {
        List<CrdrTestimony> said = [Vendor(now.Primary)];
        // The stream reads from the primary: while the time that has arrived moves, the primary lives, whatever else is told of it.
        if (now.Streams.FirstOrDefault() is { Live: true, To: Side.Recovery } stream && now.Replication?.ReplicatedTo is { } arrived && before?.Replication?.ReplicatedTo is { } earlier && before.Streams.FirstOrDefault()?.Id == stream.Id && arrived > earlier)
            said.Add(new() { Witness = "stream", Says = WitnessWord.Alive, Why = $"the stream has brought what was written until {arrived:HH:mm:ss}Z, and until {earlier:HH:mm:ss}Z a look before" });
        return said;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CrdrTestimony>> AskAsync(CrdrStatus? last, bool doubt, CancellationToken ct) =>
        await LifeSign.OfAsync(_connections.Get(CockroachProvider.SqlSetting(Side.Primary)), last?.Primary.Endpoint, doubt, _pair.Primary.Name, ct).ConfigureAwait(false) is { } said ? [said] : [];

    /// <summary>A cluster that is locked, or that an operation of the vendor's runs on, is no outage; that a disruption on purpose runs is told so, and is one.</summary>
    private static CrdrTestimony Vendor(CrdrMemberStatus primary)
    {
        string? works = primary.Native.Get("operation") is { } operation && operation.EndsWith("_RUNNING", StringComparison.Ordinal) && operation != "CRDB_CLUSTER_DISRUPTION_RUNNING" ? operation : null;
        bool busy = primary.NativeState == "LOCKED" || works is not null;
        return new()
        {
            Witness = "vendor",
            Says = !primary.Reachable ? WitnessWord.NoWord : primary.Health switch
            {
                MemberHealth.Down when !busy && primary.NativeState == "CREATED" => WitnessWord.Dead,
                MemberHealth.Healthy or MemberHealth.Degraded => WitnessWord.Alive,
                _ => WitnessWord.NoWord,
            },
            Why = !primary.Reachable ? $"CockroachDB Cloud tells nothing of {primary.Name}"
                : $"{primary.Name} is {primary.NativeState ?? "not there"}{(works is null ? "" : $" ({works})")}{(primary.Native.Get("nodes") is { Length: > 0 } nodes ? $", {nodes}" : ", and nothing is told of its nodes")}",
        };
    }
}
