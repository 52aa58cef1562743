using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CrdrTools.Core.Routes.PgBouncer;

/// <summary>Where an admin console listens: <c>host:port</c>, or <c>/folder[:port]</c> of a unix socket.</summary>
internal sealed record ConsoleAddress(string Host, int Port)
{
    public const int DefaultPort = 6432;

    /// <summary>Of a unix socket, on every system.</summary>
    private const int LongestPath = 103;

    public bool IsUnix => Host.StartsWith("/", StringComparison.Ordinal);

    /// <summary>Whether nobody on the way could listen in.</summary>
    public bool IsLocal => IsUnix || Host == "localhost" || (IPAddress.TryParse(Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));

    /// <summary>The socket's own path.</summary>
    public string SocketPath => $"{Host.TrimEnd('/')}/.s.PGSQL.{Port}";

    /// <summary>Whether the system can take it.</summary>
    public bool Fits => !IsUnix || Encoding.UTF8.GetByteCount(SocketPath) <= LongestPath;

    public static ConsoleAddress? Read(string text) => HostPort.Read(text, DefaultPort) is { } at ? new ConsoleAddress(at.Host, at.Port) : null;

    public override string ToString() => $"{HostPort.Show(Host)}:{Port}";
}

/// <summary>The console said no.</summary>
internal sealed class ConsoleRefusedException(CrdrErrorKind kind, string errorId, string message, string said, string? advice = null)
    : CrdrException(kind, errorId, message, advice)
{
    /// <summary>Its own words.</summary>
    public string Said { get; } = said;
}

/// <summary>
/// A connection to PgBouncer's admin console, which speaks only the simple query protocol: no client library can talk to it.
/// One command at a time; one that takes too long, or whose reply makes no sense, ends the connection.
/// </summary>
internal sealed class PgConsole : IDisposable
{
    private readonly ConsoleAddress _at;
    private readonly TimeSpan _limit;
    private readonly Socket _socket;
    private Stream? _stream;

    private PgConsole(ConsoleAddress at, TimeSpan limit)
    {
        _at = at;
        _limit = limit;
        _socket = at.IsUnix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    }

    public static async Task<PgConsole> OpenAsync(ConsoleAddress at, string user, string? password, TimeSpan limit, CancellationToken ct)
    {
        PgConsole console = new(at, limit);
        try
        {
            await console.WithinAsync(limit, "connect", () => console.StartAsync(user, password), ct).ConfigureAwait(false);
            return console;
        }
        catch
        {
            console.Dispose();
            throw;
        }
    }

    /// <summary>PgBouncer's version, as it tells it on connecting; <see langword="null"/> when it does not.</summary>
    public Version? Release { get; private set; }

    public void Dispose() => _socket.Dispose();

    /// <summary>Sends one command and reads its answer.</summary>
    public Task<PgReply> AskAsync(string command, CancellationToken ct, TimeSpan? limit = null) => WithinAsync(limit ?? _limit, command, async () =>
    {
        await SendAsync(PgWire.Query(command)).ConfigureAwait(false);
        IReadOnlyList<string> columns = [];
        List<PgRow> rows = [];
        string tag = "";
        ConsoleRefusedException? refused = null;
        while (true)
        {
            (char type, byte[] body) = await ReceiveAsync().ConfigureAwait(false);
            switch (type)
            {
                case 'T': columns = PgWire.Columns(body); break;
                case 'D': rows.Add(PgWire.Row(columns, body)); break;
                case 'C': tag = PgWire.Tag(body); break;
                case 'E': refused = Refused(command, PgWire.Error(body)); break;
                case 'Z': return refused is null ? new PgReply(tag, rows) : throw refused;
            }
        }
    }, ct);

    private async Task<bool> StartAsync(string user, string? password)
    {
        await ConnectAsync().ConfigureAwait(false);
        await SendAsync(PgWire.Startup(user, "pgbouncer")).ConfigureAwait(false);
        Scram? scram = null;
        while (true)
        {
            (char type, byte[] body) = await ReceiveAsync().ConfigureAwait(false);
            if (type == 'E') throw NotLetIn(user, PgWire.Error(body));
            if (type == 'Z') return true;
            if (type == 'S') Remember(PgWire.Strings(body, 0));
            if (type != 'R') continue;
            switch (PgWire.Int32At(body, 0))
            {
                case 0:
                    break;
                case 3:
                    if (!_at.IsLocal)
                        throw new CrdrException(CrdrErrorKind.Refused, "PgBouncerCleartext", $"PgBouncer at {_at} asks for the password in clear text over the network: not sent.",
                            "Use the unix socket or 127.0.0.1, or auth_type scram-sha-256.");
                    await SendAsync(PgWire.Password(Needed(password, user))).ConfigureAwait(false);
                    break;
                case 5:
                    await SendAsync(PgWire.Password(PgWire.Md5(user, Needed(password, user), [.. body.Skip(4).Take(4)]))).ConfigureAwait(false);
                    break;
                case 10 when PgWire.Strings(body, 4).Contains(Scram.Mechanism):
                    scram = new Scram(Needed(password, user), Scram.Nonce());
                    await SendAsync(PgWire.SaslFirst(Scram.Mechanism, scram.First)).ConfigureAwait(false);
                    break;
                case 11 when scram?.Proof(PgWire.Text(body, 4)) is { } proof:
                    await SendAsync(PgWire.SaslNext(proof)).ConfigureAwait(false);
                    break;
                case 12 when scram?.Accepts(PgWire.Text(body, 4)) == true:
                    break;
                case int other:
                    throw new CrdrException(CrdrErrorKind.Authentication, "PgBouncerAuthenticationFailed",
                        $"PgBouncer at {_at} wants to know {user} in a way that is not known here, or does it wrongly (authentication request {other}).");
            }
        }
    }

    private void Remember(IReadOnlyList<string> parameter)
    {
        if (parameter.Count == 2 && parameter[0] == "server_version" && Version.TryParse(parameter[1].Split('/')[0], out Version? version)) Release = version;
    }

    private string Needed(string? password, string user) => password
        ?? throw new CrdrException(CrdrErrorKind.Authentication, "PgBouncerAuthenticationFailed", $"PgBouncer at {_at} asks for the password of {user}, and the route has none.",
            "Set the route's 'password' to a reference, env:NAME or secret:[vault/]name.");

    private async Task ConnectAsync()
    {
        if (!_at.IsUnix) await _socket.ConnectAsync(_at.Host, _at.Port).ConfigureAwait(false);
#if NET
        else await _socket.ConnectAsync(new UnixDomainSocketEndPoint(_at.SocketPath)).ConfigureAwait(false);
#else
        else throw new CrdrException(CrdrErrorKind.InvalidInput, "UnixSocketNotHere", $"{_at} is a unix socket, which needs PowerShell 7.4 or later, or crdr.");
#endif
        _stream = new NetworkStream(_socket, ownsSocket: false);
    }

    private Task SendAsync(byte[] message) => _stream!.WriteAsync(message, 0, message.Length);

    private async Task<(char Type, byte[] Body)> ReceiveAsync()
    {
        byte[] head = await ReadAsync(5).ConfigureAwait(false);
        int length = PgWire.Int32At(head, 1) - 4;
        if (length is < 0 or > PgWire.LongestMessage) throw new IndexOutOfRangeException("a message of that length");
        return ((char)head[0], await ReadAsync(length).ConfigureAwait(false));
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            int read = await _stream!.ReadAsync(bytes, at, count - at).ConfigureAwait(false);
            if (read == 0) throw new EndOfStreamException("it closed the connection");
            at += read;
        }
        return bytes;
    }

    /// <summary>Does it within the limit; past it, or when somebody stops it, the connection is gone.</summary>
    private async Task<T> WithinAsync<T>(TimeSpan limit, string what, Func<Task<T>> work, CancellationToken ct)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        end.CancelAfter(limit);
        TaskCompletionSource<T> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = end.Token.Register(() =>
        {
            _socket.Dispose();
            ended.TrySetCanceled();
        });
        Task<T> working = work();
        try
        {
            return await (await Task.WhenAny(working, ended.Task).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception e) when (end.IsCancellationRequested && e is not CrdrException)
        {
            _ = working.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            ct.ThrowIfCancellationRequested();
            throw new CrdrException(CrdrErrorKind.Timeout, "PgBouncerTimeout", $"PgBouncer at {_at} did not answer ({what}) within {limit.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            throw new CrdrException(CrdrErrorKind.Connection, "PgBouncerUnreachable", $"PgBouncer at {_at} cannot be reached ({what}): {e.GetBaseException().Message.TrimEnd('.')}.", null, e);
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or FormatException or OverflowException)
        {
            _socket.Dispose();
            throw new CrdrException(CrdrErrorKind.BadReply, "PgBouncerBadReply", $"What answers at {_at} ({what}) is no PgBouncer: {e.Message.TrimEnd('.')}.", null, e);
        }
    }

    private CrdrException NotLetIn(string user, (string Code, string Message) error)
    {
        const string NoSuchDatabase = "3D000";
        if (error.Code == NoSuchDatabase) return new CrdrException(CrdrErrorKind.BadReply, "PgBouncerBadReply", $"What answers at {_at} is PostgreSQL and no PgBouncer: {error.Message}.");
        string words = $"PgBouncer at {_at} does not let {user} in: {error.Message} ({error.Code}).";
        return error.Message.Has("not allowed")
            ? new CrdrException(CrdrErrorKind.PermissionDenied, "PgBouncerNotAdmin", words, $"Name {user} in its admin_users.")
            : new CrdrException(CrdrErrorKind.Authentication, "PgBouncerAuthenticationFailed", words);
    }

    private ConsoleRefusedException Refused(string command, (string Code, string Message) error)
    {
        string words = $"PgBouncer at {_at} refused {command}: {error.Message} ({error.Code}).";
        if (error.Message.Has("admin access needed"))
            return new(CrdrErrorKind.PermissionDenied, "PgBouncerNotAdmin", words, error.Message, "Name the route's user in its admin_users; stats_users may only look.");
        if (error.Message.Has("already suspended/paused"))
            return new(CrdrErrorKind.InvalidState, "PgBouncerHeld", $"{words} It is paused or suspended as a whole, not for one database.", error.Message, "RESUME on its console ends that.");
        return new(CrdrErrorKind.Refused, "PgBouncerRefused", words, error.Message);
    }
}
