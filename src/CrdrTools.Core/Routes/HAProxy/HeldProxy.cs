using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>
/// The clients of one proxy. One order each way, over a socket of its own that is asked without a thread in between: 0.05 ms, where the whole way
/// (look, order, state file, look) takes some. What is left out is not needed in between: that no session is on the old server any more is seen at the
/// server, which ends; and the state file is written when clients were sent on, for until then a reload that forgets the maintenance leads to a server that ended.
/// Where it has a door (<c>hold</c>) new clients wait meanwhile; where that cannot be, they are turned away, and that is told.
/// </summary>
internal sealed class HeldProxy(HAProxyInstance proxy, HAProxyBackend seen, HAProxySettings settings, Side side, (string Host, int Port)? door) : IDisposable
{
    private readonly string _old = settings[side], _other = settings[side.Other()];
    private ProxyQueue? _queue;

    /// <summary>What is worth a word afterwards.</summary>
    public string? Note { get; private set; }

    public void Queue()
    {
        if (door is not { } at || _queue is not null) return;
        _queue = new(proxy, seen, settings, side, at);
        Note = _queue.Fill();
    }

    public void Hold(bool planned)
    {
        // One that is dead lets nobody in, so that nobody can be made to wait behind it.
        if (planned) Queue();
        string maintenance = $"set server {proxy.Backend}/{_old} state maint";
        string[] cut = settings.Cut ? [$"shutdown sessions server {proxy.Backend}/{_old}"] : [];
        if (_queue is { } queue) Note = queue.Leave(maintenance, cut) ?? Note;
        else proxy.Order([maintenance, .. cut]);
    }

    public void SendOn()
    {
        List<string> orders = [$"set server {proxy.Backend}/{_other} state ready"];
        // Whoever was killed in a hold has left one.
        if (_queue is { Full: true } || settings.Holds(seen[_other])) orders.Add(HAProxyNeed.Limit(proxy.Backend, _other, settings.MaxConn > 0 ? settings.MaxConn : HAProxyNeed.AnyNumber));
        if (_queue is { } queue) queue.Open([.. orders]);
        else proxy.Order([.. orders]);
        if (_queue?.Late is { } late) Note = late;
    }

    public void Dispose() => _queue?.Dispose();
}
