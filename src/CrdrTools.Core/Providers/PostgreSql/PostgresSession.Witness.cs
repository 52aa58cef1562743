using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>What is known of the primary's life: what it says itself, seen from here; and what its standby says, seen from there.</summary>
internal sealed partial class PostgresSession
{
    /// <inheritdoc/>
    public IReadOnlyList<CrdrTestimony> Testify(CrdrStatus now, CrdrStatus? before)
    {
        CrdrMemberStatus primary = now.Primary, recovery = now.Recovery;
        string trouble = primary.Native.GetValueOrDefault("trouble") ?? "";
        // Who cannot look the name up, or is let in nowhere, has seen nothing of the server.
        WitnessWord sql = primary.Reachable ? WitnessWord.Alive : primary.Health == MemberHealth.Down || trouble is "MemberRefuses" or "VendorUnavailable" or "VendorUnreachable" ? WitnessWord.Dead : WitnessWord.NoWord;
        string why = (primary.NativeState ?? trouble) is { Length: > 0 } said ? said : "nothing is known of it";
        string? receiver = recovery.Native.GetValueOrDefault("receiver");
        return
        [
            new() { Witness = "sql", Says = sql, Why = primary.Reachable ? $"{primary.Name} answers ({primary.NativeState})" : $"{primary.Name} does not answer ({why})" },
            new()
            {
                Witness = "standby", Says = !recovery.Reachable || recovery.Role != MemberRole.Passive ? WitnessWord.NoWord : receiver == "streaming" ? WitnessWord.Alive : WitnessWord.Dead,
                Why = !recovery.Reachable ? $"{recovery.Name} does not answer" : recovery.Role != MemberRole.Passive ? $"{recovery.Name} is no standby" : receiver == "streaming" ? $"{recovery.Name} still receives from it" : $"{recovery.Name} receives nothing from it",
            },
        ];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CrdrTestimony>> AskAsync(CrdrStatus? last, bool doubt, CancellationToken ct) => Task.FromResult<IReadOnlyList<CrdrTestimony>>([]);
}
