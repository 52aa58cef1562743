namespace CrdrTools.Core.Operations;

/// <summary>
/// A host made of delegates, for a head that must not name this assembly in a type of its own
/// (a PowerShell module is loaded, and its types are looked at, before its dependencies can be found).
/// </summary>
public sealed class RelayHost : IOperationHost
{
    /// <summary>Whether a job with nobody at the prompt runs this.</summary>
    public bool Unattended { get; init; }

    /// <summary>Something moved.</summary>
    public Action<CrdrProgress>? Progress { get; init; }

    /// <summary>Something worth a line.</summary>
    public Action<FindingSeverity, string>? Notice { get; init; }

    /// <summary>Detail for whoever asked for it.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>Shows the plan and asks. Left out: the answer is no.</summary>
    public Func<CrdrPlan, Task<bool>>? Confirm { get; init; }

    /// <summary>Resolves a secret of a vault. Left out: there is none.</summary>
    public Func<string?, string, Task<string?>>? Secret { get; init; }

    /// <summary>Makes a route that lives in this process. Left out: there is none.</summary>
    public Func<CrdrPair, CrdrRoute, Routes.IRoute?>? Route { get; init; }

    /// <inheritdoc/>
    public Routes.IRoute? InProcessRoute(CrdrPair pair, CrdrRoute route) => Route?.Invoke(pair, route);

    /// <inheritdoc/>
    public void OnProgress(CrdrProgress progress) => Progress?.Invoke(progress);

    /// <inheritdoc/>
    public void OnNotice(FindingSeverity severity, string text) => Notice?.Invoke(severity, text);

    /// <inheritdoc/>
    public void OnTrace(string text) => Trace?.Invoke(text);

    /// <inheritdoc/>
    public Task<bool> ConfirmAsync(CrdrPlan plan) => Confirm?.Invoke(plan) ?? Task.FromResult(false);

    /// <inheritdoc/>
    public Task<string?> GetSecretAsync(string? vault, string name) => Secret?.Invoke(vault, name) ?? Task.FromResult<string?>(null);
}
