using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>
/// New clients of one proxy wait in it, while the old server is left and the other is not theirs yet: the other one is ready and takes one client at a time, and
/// that one is us. So that nobody gets there before us, and finds a standby, the old server is made to take no new client either for a moment, with one connection of
/// ours in it; who comes then waits, we first; only when we are seen to be first the other one is opened. Nothing here touches a session that is open.
/// What HAProxy does with those that wait was seen with 2.6.12. Should this process end, its connections go, and clients get to the other server one
/// at a time; a standby, which lets nobody write.
/// </summary>
internal sealed class ProxyQueue(HAProxyInstance proxy, HAProxyBackend before, HAProxySettings settings, Side side, (string Host, int Port) door) : IDisposable
{
    /// <summary>How many are let in before us at most, or take our place.</summary>
    private const int Steps = 200;

    private static readonly TimeSpan s_enter = TimeSpan.FromMilliseconds(500), s_empty = TimeSpan.FromSeconds(2), s_shortest = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly string _old = settings[side], _other = settings[side.Other()];
    private readonly Stopwatch _since = new();
    private Socket? _inOld, _inOther;
    private Timer? _end;
    private bool _oldLimited, _otherOpened;

    /// <summary>Whether new clients wait.</summary>
    public bool Full { get; private set; }

    /// <summary>Set when they were turned away in the end, for it took too long.</summary>
    public string? Late { get; private set; }

    /// <summary>Makes new clients wait. Gives why they do not, where they cannot; then everything is as before.</summary>
    public string? Fill()
    {
        string? why = Unfit();
        if (why is null)
        {
            try
            {
                why = TryFill();
            }
            catch (Exception e) when (e is CrdrException or SocketException)
            {
                why = e.Message;
            }
            if (why is not null) Undo();
        }
        Full = why is null;
        if (Full)
        {
            _since.Start();
            _end = new(_ => TooLate(), null, settings.HoldLimit, Timeout.InfiniteTimeSpan);
        }
        return why is null ? null : $"HAProxy at {proxy.Address}: new clients do not wait during the move, they are turned away: {why.TrimEnd('.')}.";
    }

    /// <summary>
    /// The old server is left, and we are seen to be the one client of the other one; else that is closed again, and it is told. A backup takes us only now that the
    /// old one is gone.
    /// </summary>
    /// <param name="maintenance">What keeps new clients from the old server.</param>
    /// <param name="cut">What ends those that are there.</param>
    public string? Leave(string maintenance, string[] cut)
    {
        lock (_gate)
        {
            if (!Full)
            {
                proxy.Order([maintenance, .. cut]);
                return null;
            }
            proxy.Order([maintenance, HAProxyNeed.Limit(proxy.Backend, _old, settings.MaxConn), HAProxyNeed.Limit(proxy.Backend, _other, HAProxyNeed.OneClient), .. cut]);
            _oldLimited = false;
            if (!before[_other].Backup || In(_inOther!, _other)) return null;
            CloseOther();
            return $"HAProxy at {proxy.Address}: new clients were turned away during the move: {_other} was not seen to take the connection that was to keep it full.";
        }
    }

    /// <summary>Lets in all that wait.</summary>
    /// <param name="orders">What does it.</param>
    public void Open(string[] orders)
    {
        lock (_gate)
        {
            _end?.Dispose();
            // From here on only forward: even if this is not heard, for then the route is switched by the ordinary way.
            Full = _otherOpened = false;
            try
            {
                proxy.Order(orders);
            }
            finally
            {
                Go();
            }
        }
    }

    /// <summary>Where clients were not sent on, it is as it was before; the old server is left to whoever has led them back to it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _end?.Dispose();
            try
            {
                if (_otherOpened || _oldLimited)
                {
                    Undo();
                    proxy.KeepAsync().GetAwaiter().GetResult();
                }
            }
            catch (CrdrException)
            {
                // Status tells what is left, and every switch of the route mends it.
            }
            Go();
        }
    }

    /// <summary>What is known before to stand in the way.</summary>
    private string? Unfit()
    {
        HAProxyServer old = before[_old], other = before[_other];
        if (before.Takers.Count != 1 || before.Takers[0] != old) return $"new clients go to {(before.Takers.Count == 0 ? "nobody" : string.Join(" and ", before.Takers.Select(t => t.Name)))}, not to {_old} alone";
        foreach (HAProxyServer server in new[] { old, other })
            if (server.Limit != settings.MaxConn) return $"{server.Name} has maxconn {server.Limit}, and the route's 'maxconn' says {settings.MaxConn}";
        if (other.Sessions > 0) return $"{_other} has {other.Sessions} sessions, so that no place in it is ours";
        return other.Open && !other.Running ? $"{other}" : null;
    }

    private string? TryFill()
    {
        _inOld = Enter();
        if (!Seen(_inOld, s => s.Server == _old)) return $"a client from here, by {door.Host}:{door.Port}, is not seen to get to {_old}";
        _oldLimited = true;
        proxy.Order(HAProxyNeed.Limit(proxy.Backend, _old, HAProxyNeed.OneClient));
        for (int left = Steps; left > 0; left--)
        {
            _inOther = Enter();
            if (!Seen(_inOther, s => s is { Queued: true, Server: null })) return $"a client from here does not wait in the queue of {proxy.Backend}: with a balance by hash, or stick tables, none does";
            // A list that begins when we wait holds all that came before us.
            List<HAProxySession> waiting = Waiting();
            if (Ours(waiting) is { Patience: { } patience } && patience < s_shortest) return $"HAProxy lets a client wait less than {s_shortest.TotalSeconds:0} s ('timeout queue' of the backend {proxy.Backend})";
            HashSet<string> before = [.. waiting.Select(s => s.Id)];
            for (; Ours(waiting) is { } ours; waiting = Waiting())
            {
                before.Remove(ours.Id);
                before.IntersectWith(waiting.Select(s => s.Id));
                if (before.Count == 0) return OpenOther();
                if (--left <= 0) break;
                // The first that waits is let in.
                int there = proxy.Look()[_old].Sessions;
                proxy.Order(HAProxyNeed.Limit(proxy.Backend, _old, there + 1), HAProxyNeed.Limit(proxy.Backend, _old, HAProxyNeed.OneClient));
            }
            // That was us.
            _inOther.Dispose();
        }
        return "so many clients come that others always came first";
    }

    private string? OpenOther()
    {
        _otherOpened = true;
        string one = HAProxyNeed.Limit(proxy.Backend, _other, HAProxyNeed.OneClient), state = $"set server {proxy.Backend}/{_other} state";
        // A server that leaves its maintenance takes those that wait without counting them, so that one more would get in: it drains first, which takes nobody.
        proxy.Order(one, $"{state} drain", $"{state} ready", one);
        // A backup takes nobody while the old server is there.
        return before[_other].Backup || In(_inOther!, _other) ? null : $"{_other} was not seen to take the connection that was to keep it full";
    }

    private List<HAProxySession> Waiting() => [.. proxy.Sessions().Where(s => s.Backend == proxy.Backend && s.Server is null)];

    private HAProxySession? Ours(List<HAProxySession> sessions) => sessions.FirstOrDefault(s => s.Source == Source(_inOther!));

    /// <summary>All as before, as far as this has changed it.</summary>
    private void Undo()
    {
        Full = false;
        if (_otherOpened)
        {
            HAProxyServer other = before[_other];
            string state = other.InMaintenance ? "maint" : other.Admin.HasFlag(HAProxyAdmin.ForcedDrain) ? "drain" : "ready";
            _otherOpened = false;
            proxy.Order($"set server {proxy.Backend}/{_other} state maint", HAProxyNeed.Limit(proxy.Backend, _other, settings.MaxConn));
            // Those that wait for a backup wait for that one alone: they are ended, and come again.
            foreach (HAProxySession waits in proxy.Sessions().Where(s => s.Queued && s.Backend == proxy.Backend && s.Server == _other)) proxy.End(waits);
            proxy.Order($"shutdown sessions server {proxy.Backend}/{_other}");
            if (state != "maint") proxy.Order($"set server {proxy.Backend}/{_other} state {state}");
        }
        if (_oldLimited) LetIn();
        Go();
    }

    /// <summary>Those that wait for the old server get there. The limit of one that has none goes when nobody waits any more.</summary>
    private void LetIn()
    {
        proxy.Order(HAProxyNeed.Limit(proxy.Backend, _old, settings.MaxConn > 0 ? settings.MaxConn : HAProxyNeed.AnyNumber));
        _inOther?.Dispose();
        _inOther = null;
        _oldLimited = false;
        if (settings.MaxConn > 0) return;
        for (Stopwatch waited = Stopwatch.StartNew(); proxy.Look().Waiting > 0 && waited.Elapsed < s_empty;) Thread.Sleep(1);
        proxy.Order(HAProxyNeed.Limit(proxy.Backend, _old, 0));
    }

    private void TooLate()
    {
        lock (_gate)
        {
            if (!Full) return;
            try
            {
                CloseOther();
            }
            catch (CrdrException)
            {
                // It will not be better by asking again: whoever sends the clients on asks anyway.
            }
            Late = $"HAProxy at {proxy.Address}: new clients waited for {_since.Elapsed.TotalSeconds:0} s ('holdSeconds'); from then on they were turned away until the move was made.";
        }
    }

    /// <summary>New clients are turned away from here on.</summary>
    private void CloseOther()
    {
        Full = false;
        proxy.Order($"set server {proxy.Backend}/{_other} state maint", HAProxyNeed.Limit(proxy.Backend, _other, settings.MaxConn), $"shutdown sessions server {proxy.Backend}/{_other}");
        if (_oldLimited) LetIn();
        Go();
    }

    private bool In(Socket ours, string server) => Seen(ours, s => s.Server == server);

    /// <summary>Whether a session of ours comes to be so.</summary>
    private bool Seen(Socket ours, Func<HAProxySession, bool> so)
    {
        string source = Source(ours);
        for (Stopwatch waited = Stopwatch.StartNew(); waited.Elapsed < s_enter; Thread.Yield())
            if (proxy.Sessions().FirstOrDefault(s => s.Source == source && s.Backend == proxy.Backend) is { } session && so(session)) return true;
        return false;
    }

    /// <summary>Comes in as a client does, and says nothing.</summary>
    private Socket Enter()
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            Task connect = socket.ConnectAsync(door.Host, door.Port);
            if (!connect.Wait(s_enter)) throw new SocketException((int)SocketError.TimedOut);
            return socket;
        }
        catch (Exception e) when (e is SocketException or AggregateException)
        {
            socket.Dispose();
            throw new CrdrException(CrdrErrorKind.Connection, "HAProxyDoor", $"nobody gets in by {door.Host}:{door.Port} ({e.GetBaseException().Message})", inner: e);
        }
    }

    private static string Source(Socket socket)
    {
        IPEndPoint at = (IPEndPoint)socket.LocalEndPoint!;
        return $"{(at.Address.IsIPv4MappedToIPv6 ? at.Address.MapToIPv4() : at.Address)}:{at.Port}";
    }

    private void Go()
    {
        _inOld?.Dispose();
        _inOther?.Dispose();
        _inOld = _inOther = null;
    }
}
