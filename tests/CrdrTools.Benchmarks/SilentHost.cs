using CrdrTools.Core.Operations;

namespace CrdrTools.Benchmarks;

/// <summary>Nobody listens, and nobody says no.</summary>
internal sealed class SilentHost : IOperationHost
{
    /// <summary>What was told, and when.</summary>
    public List<(long At, string Text)> Traced { get; } = [];

    public bool Unattended => false;

    public void OnProgress(CrdrProgress progress)
    {
    }

    public void OnNotice(FindingSeverity severity, string text)
    {
    }

    public void OnTrace(string text) => Add(text);

    private void Add(string text)
    {
        lock (Traced) Traced.Add((System.Diagnostics.Stopwatch.GetTimestamp(), text));
    }

    public Task<bool> ConfirmAsync(CrdrPlan plan) => Task.FromResult(true);

    public CrdrTools.Core.Routes.IRoute? InProcessRoute(CrdrPair pair, CrdrRoute route) => null;

    public Task<string?> GetSecretAsync(string? vault, string name) => Task.FromResult<string?>(null);
}
