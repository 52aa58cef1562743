using CrdrTools.Core.Operations;

namespace CrdrTools.Benchmarks;

/// <summary>Nobody listens, and nobody says no.</summary>
internal sealed class SilentHost : IOperationHost
{
    public bool Unattended => false;

    public void OnProgress(CrdrProgress progress)
    {
    }

    public void OnNotice(FindingSeverity severity, string text)
    {
    }

    public void OnTrace(string text)
    {
    }

    public Task<bool> ConfirmAsync(CrdrPlan plan) => Task.FromResult(true);

    public CrdrTools.Core.Routes.IRoute? InProcessRoute(CrdrPair pair, CrdrRoute route) => null;

    public Task<string?> GetSecretAsync(string? vault, string name) => Task.FromResult<string?>(null);
}
