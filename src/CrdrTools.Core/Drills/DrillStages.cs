using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers;

namespace CrdrTools.Core.Drills;

/// <summary>What a provider's disaster is rehearsed on.</summary>
public static class DrillStages
{
    /// <summary>The providers that can be rehearsed here.</summary>
    public static IReadOnlyList<string> Providers { get; } = [.. ProviderRegistry.All.Select(p => p.Kind)];

    /// <summary>Whether a simulator is needed; otherwise it is a lab of real servers. Throws for a provider that cannot be rehearsed.</summary>
    public static bool NeedsSimulator(string provider)
    {
        if (Providers.FirstOrDefault(p => string.Equals(p, provider, StringComparison.OrdinalIgnoreCase)) is { } kind) return kind != "PostgreSql";
        throw ProviderRegistry.Unknown(provider, Providers) is { ErrorId: "ProviderNeedsPowerShell7" } elsewhere ? elsewhere
            : new CrdrException(CrdrErrorKind.InvalidInput, "DrillNotOffered", $"There is no drill for '{provider}': {string.Join(" or ", Providers)}.");
    }

    /// <summary>The whole of it on a lab that is made for it and taken away again.</summary>
    public static Task<CrdrDrillResult> OnLabAsync(Crdr crdr, CrdrObjectives objectives, DrillBreak outage, IOperationHost host, CancellationToken ct)
    {
#if NET
        LabDrillOptions options = new() { Break = outage };
        options = options with { Objectives = new() { Rto = objectives.Rto ?? options.Objectives.Rto, Rpo = objectives.Rpo ?? options.Objectives.Rpo } };
        return new LabDrill(crdr, options, host).RunAsync(ct);
#else
        throw new PlatformNotSupportedException();
#endif
    }
}

/// <summary>How a lab's primary is lost.</summary>
public enum DrillBreak
{
    /// <summary>Its processes are killed, as a machine is that loses its power.</summary>
    Sigkill,
    /// <summary>Its processes are stopped in their tracks, as a machine is that hangs; they go on later.</summary>
    Sigstop,
}
