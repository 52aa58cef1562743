using CrdrTools.Core.Http;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Sql;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>What is known of the primary's life: the vendor's word by its nodes, the server's own, and whether the recovery service still receives.</summary>
internal sealed partial class AivenSession
{
    /// <inheritdoc/>
    public IReadOnlyList<CrdrTestimony> Testify(CrdrStatus now, CrdrStatus? before) => [Vendor(now.Primary)];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CrdrTestimony>> AskAsync(CrdrStatus? last, bool doubt, CancellationToken ct)
    {
        Task<CrdrTestimony?> primary = LifeSign.OfAsync(connections?.Get("primarySql"), last?.Primary.Endpoint, doubt, pair.Primary.Name, ct);
#if NET
        Task<CrdrTestimony?> recovery = LifeSign.ReceiverAsync(doubt ? null : connections?.Get("recoverySql"), pair.Recovery.Name, ct);
        return [.. new[] { await primary.ConfigureAwait(false), await recovery.ConfigureAwait(false) }.OfType<CrdrTestimony>()];
#else
        return [.. new[] { await primary.ConfigureAwait(false) }.OfType<CrdrTestimony>()];
#endif
    }

    /// <summary>None of its nodes runs: that is dead. One that somebody has switched off, or that is maintained, is no outage.</summary>
    private static CrdrTestimony Vendor(CrdrMemberStatus primary) => new()
    {
        Witness = "vendor",
        Says = !primary.Reachable ? WitnessWord.NoWord : primary.Health switch
        {
            MemberHealth.Down when primary.NativeState == "RUNNING" => WitnessWord.Dead,
            MemberHealth.Healthy or MemberHealth.Degraded or MemberHealth.Rebuilding => WitnessWord.Alive,
            _ => WitnessWord.NoWord,
        },
        Why = !primary.Reachable ? $"Aiven tells nothing of {primary.Name}" : $"{primary.Name} is {primary.NativeState ?? "not there"}{(primary.Native.Get("nodes") is { Length: > 0 } nodes ? $": {nodes}" : "")}",
    };
}
