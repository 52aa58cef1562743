using System.Collections.Concurrent;
using CrdrTools.Core.Operations;

namespace CrdrTools.Tests.Support;

/// <summary>A head without a head: says yes, keeps what it is told, and does what a test wants in between.</summary>
internal sealed class TestHost : IOperationHost
{
    public bool Unattended { get; set; }
    public bool Confirms { get; set; } = true;
    public Action<CrdrProgress>? Progressed { get; set; }
    public Action? Asked { get; set; }
    public CrdrPlan? Shown { get; private set; }
    public ConcurrentQueue<string> Said { get; } = [];
    public int Steps { get; private set; }

    public void OnProgress(CrdrProgress progress)
    {
        Said.Enqueue(progress.Effect + progress.Detail);
        Steps++;
        Progressed?.Invoke(progress);
    }

    public void OnNotice(FindingSeverity severity, string text) => Said.Enqueue(text);

    public Action? Traced { get; set; }

    public void OnTrace(string text)
    {
        Said.Enqueue(text);
        Traced?.Invoke();
    }

    public Task<bool> ConfirmAsync(CrdrPlan plan)
    {
        Shown = plan;
        Asked?.Invoke();
        return Task.FromResult(Confirms);
    }

    public Func<CrdrPair, CrdrRoute, Core.Routes.IRoute?>? Route { get; set; }

    public Core.Routes.IRoute? InProcessRoute(CrdrPair pair, CrdrRoute route) => Route?.Invoke(pair, route);

    public Task<string?> GetSecretAsync(string? vault, string name) => Task.FromResult<string?>(name == "aiven" ? "demo" : null);
}

/// <summary>The process is gone: nothing in the product catches this.</summary>
internal sealed class Crash : Exception;
