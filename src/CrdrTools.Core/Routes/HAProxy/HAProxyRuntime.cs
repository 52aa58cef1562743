using System.Net.Sockets;
using System.Text;

namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>
/// A small client of HAProxy's Runtime API, on a unix socket or a TCP port: one connection an exchange, one line, and everything up to
/// the end of the stream. Nothing is taken for a success that is not exactly what HAProxy says after one.
/// </summary>
/// <param name="address">A path that begins with <c>/</c>, or <c>host:port</c>.</param>
/// <param name="limit">How long one exchange may take.</param>
public sealed class HAProxyRuntime(string address, TimeSpan limit)
{
    /// <summary>How long one exchange may take, unless told.</summary>
    public static TimeSpan DefaultLimit { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Where it listens.</summary>
    public string Address => address;

    private bool IsPath => address.StartsWith("/", StringComparison.Ordinal);

    /// <summary>What is wrong with an address, or <see langword="null"/>.</summary>
    public static string? Complaint(string address) =>
        !address.StartsWith("/", StringComparison.Ordinal) ? HostAndPort(address) is null ? $"'{address}' is neither a path that begins with / nor host:port" : null
        : Encoding.UTF8.GetByteCount(address) > 103 ? $"'{address}' is longer than the path of a socket can be" : null;

    /// <summary>Changes something; returns when HAProxy has said yes to each command.</summary>
    public async Task DoAsync(params string[] commands)
    {
        IReadOnlyList<string> answers = await AskAsync(CancellationToken.None, commands).ConfigureAwait(false);
        for (int i = 0; i < commands.Length; i++)
            if (answers[i].Length > 0) throw Refusal(commands[i], answers[i]);
    }

    /// <summary>The same without a thread in between, for a moment in which clients wait.</summary>
    public void Do(params string[] commands)
    {
        string said = Say(string.Join(";", commands));
        if (Answers(said) is not { } answers || answers.Count != commands.Length)
            throw Trouble(CrdrErrorKind.BadReply, "HAProxyBadReply", said.Length == 0 ? "said nothing" : $"gave no whole answer: {FirstLine(said)}");
        for (int i = 0; i < commands.Length; i++)
            if (answers[i].Length > 0) throw Refusal(commands[i], answers[i]);
    }

    /// <summary>One line, and all that is said to it, without a thread in between.</summary>
    internal string Say(string line)
    {
        try
        {
            using Socket socket = Open();
            socket.SendTimeout = socket.ReceiveTimeout = (int)limit.TotalMilliseconds;
#if NET
            if (IsPath) socket.Connect(new UnixDomainSocketEndPoint(address));
            else
#endif
            {
                (string host, int port) = HostAndPort(address)!.Value;
                socket.Connect(host, port);
            }
            socket.Send(Encoding.ASCII.GetBytes(line + "\n"));
            byte[] part = new byte[4096];
            StringBuilder all = new();
            for (int got; (got = socket.Receive(part)) > 0;) all.Append(Encoding.UTF8.GetString(part, 0, got));
            return all.ToString();
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            throw Trouble(CrdrErrorKind.Timeout, "HAProxyTimeout", $"did not answer within {limit.TotalSeconds:0.#} s", e);
        }
        catch (SocketException e)
        {
            throw Unreachable(e.SocketErrorCode, e);
        }
    }

    /// <summary>Looks at one backend, all at one time.</summary>
    public async Task<HAProxyBackend> ShowAsync(string backend, CancellationToken ct)
    {
        string[] commands = [$"show servers state {backend}", $"show stat {backend} 6 -1", "show cli level"];
        IReadOnlyList<string> answers = await AskAsync(ct, commands).ConfigureAwait(false);
        Expect(commands[0], answers[0], "1\n# ");
        Expect(commands[1], answers[1], "# ");
        return Read(() => HAProxyBackend.Read(backend, answers[0], answers[1], answers[2]));
    }

    /// <summary>The state of all servers, as a state file holds it.</summary>
    public async Task<string> StateAsync(CancellationToken ct)
    {
        string answer = (await AskAsync(ct, "show servers state").ConfigureAwait(false))[0];
        Expect("show servers state", answer, "1\n# ");
        return answer + "\n";
    }

    /// <summary>The process that answers, where it runs on this machine as far as its address tells.</summary>
    internal async Task<int?> ProcessHereAsync(CancellationToken ct)
    {
        if (!IsPath && HostAndPort(address) is not { Host: "127.0.0.1" or "::1" or "localhost" }) return null;
        string? line = (await AskAsync(ct, "show info").ConfigureAwait(false))[0].Split('\n').FirstOrDefault(l => l.StartsWith("Pid: ", StringComparison.Ordinal));
        return line is not null && int.TryParse(line.Substring(5), out int pid) ? pid : null;
    }

    /// <summary>Asks and returns the answer to each command, whatever it is; a success without words is empty.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(CancellationToken ct, params string[] commands)
    {
        string said = await ExchangeAsync(string.Join(";", commands), ct).ConfigureAwait(false);
        IReadOnlyList<string>? answers = Answers(said);
        return answers?.Count == commands.Length ? answers
            : throw Trouble(CrdrErrorKind.BadReply, "HAProxyBadReply", said.Length == 0 ? "said nothing" : $"gave no whole answer: {FirstLine(said)}");
    }

    /// <summary>Reading what it said, with its address in front of the trouble.</summary>
    internal T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CrdrException e)
        {
            throw Trouble(e.Kind, e.ErrorId, e.Message, e);
        }
    }

    /// <summary>Each answer ends with an empty line; <see langword="null"/>: the last one does not, so that it broke off.</summary>
    internal static IReadOnlyList<string>? Answers(string said)
    {
        List<string> answers = [];
        StringBuilder answer = new();
        string[] lines = said.Replace("\r", "").Split('\n');
        foreach (string line in lines.Take(lines.Length - 1))
        {
            if (line.Length > 0)
            {
                answer.Append(line).Append('\n');
                continue;
            }
            answers.Add(answer.ToString().TrimEnd('\n'));
            answer.Clear();
        }
        return answer.Length > 0 || lines[lines.Length - 1].Length > 0 ? null : answers;
    }

    private void Expect(string command, string answer, string beginning)
    {
        if (!answer.StartsWith(beginning, StringComparison.Ordinal)) throw Refusal(command, answer);
    }

    /// <summary>No to a command, in HAProxy's words. With <c>severity-output</c> a number stands before them.</summary>
    private CrdrException Refusal(string command, string answer)
    {
        string words = FirstLine(answer);
        string what = $"says to '{command}': {(words.Length == 0 ? "nothing" : words)}";
        if (words.Has("Permission denied"))
            return Trouble(CrdrErrorKind.PermissionDenied, "HAProxyPermissionDenied", what, advice: "The socket's line in HAProxy's configuration needs 'level admin': stats socket <address> level admin");
        bool unknown = new[] { "No such backend", "No such server", "No such proxy", "Can't find backend" }.Any(t => words.Has(t));
        return unknown ? Trouble(CrdrErrorKind.NotFound, "HAProxyNotFound", what) : Trouble(CrdrErrorKind.Refused, "HAProxyRefused", what);
    }

    private async Task<string> ExchangeAsync(string line, CancellationToken ct)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        end.CancelAfter(limit);
        using Socket socket = Open();
        Task<string> talk = TalkAsync(socket, line);
        // Not every wait in there can be cancelled on every framework, the look-up of a name least of all.
        if (await Task.WhenAny(talk, Task.Delay(Timeout.Infinite, end.Token)).ConfigureAwait(false) != talk)
        {
            socket.Dispose();
            _ = talk.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            ct.ThrowIfCancellationRequested();
            throw Trouble(CrdrErrorKind.Timeout, "HAProxyTimeout", $"did not answer within {limit.TotalSeconds:0.#} s");
        }
        try
        {
            return await talk.ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw Unreachable((e as SocketException ?? e.InnerException as SocketException)?.SocketErrorCode, e);
        }
    }

    private Socket Open()
    {
        if (!IsPath) return new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
#if NET
        return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
#else
        throw Trouble(CrdrErrorKind.InvalidInput, "HAProxyUnixSocket", "is a unix socket, which .NET Framework cannot connect to",
            advice: "Use PowerShell 7, or let HAProxy listen on TCP too (stats socket ipv4@127.0.0.1:9999 level admin) and name that.");
#endif
    }

    private async Task<string> TalkAsync(Socket socket, string line)
    {
#if NET
        if (IsPath) await socket.ConnectAsync(new UnixDomainSocketEndPoint(address)).ConfigureAwait(false);
        else
#endif
        {
            (string host, int port) = HostAndPort(address)!.Value;
            await socket.ConnectAsync(host, port).ConfigureAwait(false);
        }
        using NetworkStream stream = new(socket, ownsSocket: false);
        byte[] asked = Encoding.ASCII.GetBytes(line + "\n");
        await stream.WriteAsync(asked, 0, asked.Length).ConfigureAwait(false);
        using StreamReader reader = new(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync().ConfigureAwait(false);
    }

    private CrdrException Unreachable(SocketError? error, Exception inner)
    {
        if (error == SocketError.AccessDenied)
            return Trouble(CrdrErrorKind.PermissionDenied, "HAProxyPermissionDenied", "may not be opened by this user", inner, "See the socket's user, group and mode in HAProxy's configuration.");
        if (IsPath && !File.Exists(address))
            return Trouble(CrdrErrorKind.NotFound, "HAProxySocketMissing", "does not exist: HAProxy does not run, or its configuration has no such 'stats socket'", inner);
        return Trouble(CrdrErrorKind.Connection, "HAProxyUnreachable", error == SocketError.ConnectionRefused ? "is not listened on: HAProxy does not run" : $"cannot be reached: {inner.Message}", inner);
    }

    private CrdrException Trouble(CrdrErrorKind kind, string errorId, string what, Exception? inner = null, string? advice = null) =>
        new(kind, errorId, $"HAProxy at {address} {what}", advice, inner);

    private static string FirstLine(string text) => text.Trim().Split('\n')[0].Trim();

    private static (string Host, int Port)? HostAndPort(string address)
    {
        int colon = address.LastIndexOf(':');
        if (colon < 1 || !int.TryParse(address.Substring(colon + 1), out int port) || port is < 1 or > 65535) return null;
        string host = address.Substring(0, colon);
        bool bracketed = host.StartsWith("[", StringComparison.Ordinal) && host.EndsWith("]", StringComparison.Ordinal);
        if (bracketed) host = host.Substring(1, host.Length - 2);
        return host.Length > 0 && (bracketed || host.IndexOf(':') < 0) && !host.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '/') ? (host, port) : null;
    }
}
