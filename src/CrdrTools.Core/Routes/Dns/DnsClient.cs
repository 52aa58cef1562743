using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace CrdrTools.Core.Routes.Rfc2136;

/// <summary>A server, by address or name.</summary>
internal sealed record DnsServer(string Host, int Port)
{
    public static DnsServer? Read(string text) => HostPort.Read(text, 53) is { } at ? new DnsServer(at.Host, at.Port) : null;

    public override string ToString() => $"{HostPort.Show(Host)}:{Port}";
}

/// <summary>Asks one server one question: over UDP, repeated while nothing comes, and over TCP where question or answer does not fit.</summary>
internal static class DnsClient
{
    /// <summary>What every server takes over UDP (RFC 2136, 6.2).</summary>
    private const int LongestDatagram = 512;

    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    /// <summary>An identifier that cannot be guessed.</summary>
    public static ushort NewId()
    {
        byte[] random = new byte[2];
        using RandomNumberGenerator generator = RandomNumberGenerator.Create();
        generator.GetBytes(random);
        return (ushort)((random[0] << 8) | random[1]);
    }

    /// <summary>Sends a message of that identifier and question. Gives the answer to it, whatever it says.</summary>
    public static async Task<(DnsMessage Answer, byte[] Bytes)> AskAsync(DnsServer server, byte[] message, DnsMessage asked, TimeSpan limit, CancellationToken ct)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        end.CancelAfter(limit);
        try
        {
            IPAddress address = IPAddress.TryParse(server.Host, out IPAddress? literal) ? literal : await LookUpAsync(server, end.Token).ConfigureAwait(false);
            if (message.Length <= LongestDatagram)
            {
                byte[] datagram = await OverUdpAsync(new IPEndPoint(address, server.Port), message, asked, end.Token).ConfigureAwait(false);
                if (DnsMessage.Read(datagram) is { Truncated: false } whole) return (whole, datagram);
            }
            byte[] bytes = await OverTcpAsync(new IPEndPoint(address, server.Port), message, end.Token).ConfigureAwait(false);
            DnsMessage answer = DnsMessage.Read(bytes);
            return Answers(answer, asked) ? (answer, bytes) : throw new FormatException("an answer to something else");
        }
        catch (Exception e) when (end.IsCancellationRequested && e is not CrdrException)
        {
            ct.ThrowIfCancellationRequested();
            throw new CrdrException(CrdrErrorKind.Timeout, "DnsTimeout", $"The DNS server {server} did not answer within {limit.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            throw new CrdrException(CrdrErrorKind.Connection, "DnsUnreachable", $"The DNS server {server} cannot be reached: {e.GetBaseException().Message.TrimEnd('.')}.", null, e);
        }
        catch (FormatException e)
        {
            throw new CrdrException(CrdrErrorKind.BadReply, "DnsBadReply", $"What the DNS server {server} answered cannot be read: {e.Message}.", null, e);
        }
    }

    private static async Task<IPAddress> LookUpAsync(DnsServer server, CancellationToken ct)
    {
        Task<IPAddress[]> looking = System.Net.Dns.GetHostAddressesAsync(server.Host);
        return (await OrStoppedAsync(looking, ct).ConfigureAwait(false)).FirstOrDefault() ?? throw new SocketException((int)SocketError.HostNotFound);
    }

    private static async Task<byte[]> OverUdpAsync(IPEndPoint server, byte[] message, DnsMessage asked, CancellationToken ct)
    {
        // Connected: what others send does not arrive.
        using UdpClient udp = new(server.AddressFamily);
        udp.Connect(server);
        Task<UdpReceiveResult>? receiving = null;
        while (true)
        {
            await udp.SendAsync(message, message.Length).ConfigureAwait(false);
            Task again = Task.Delay(s_again, ct);
            while (true)
            {
                receiving ??= udp.ReceiveAsync();
                if (await Task.WhenAny(receiving, again).ConfigureAwait(false) != receiving)
                {
                    if (ct.IsCancellationRequested) _ = receiving.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                    ct.ThrowIfCancellationRequested();
                    break;
                }
                byte[] bytes = (await receiving.ConfigureAwait(false)).Buffer;
                receiving = null;
                if (Fits(bytes, asked)) return bytes;
            }
        }
    }

    private static async Task<byte[]> OverTcpAsync(IPEndPoint server, byte[] message, CancellationToken ct)
    {
        using TcpClient tcp = new(server.AddressFamily) { NoDelay = true };
        using CancellationTokenRegistration stop = ct.Register(tcp.Dispose);
        await tcp.ConnectAsync(server.Address, server.Port).ConfigureAwait(false);
        NetworkStream stream = tcp.GetStream();
        byte[] framed = [(byte)(message.Length >> 8), (byte)message.Length, .. message];
        await stream.WriteAsync(framed, 0, framed.Length, ct).ConfigureAwait(false);
        byte[] length = await ReadAsync(stream, 2, ct).ConfigureAwait(false);
        return await ReadAsync(stream, (length[0] << 8) | length[1], ct).ConfigureAwait(false);
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream, int count, CancellationToken ct)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            int read = await stream.ReadAsync(bytes, at, count - at, ct).ConfigureAwait(false);
            if (read == 0) throw new EndOfStreamException("it closed the connection");
            at += read;
        }
        return bytes;
    }

    /// <summary>What is no answer to the question is somebody else's, or forged: it is passed over.</summary>
    private static bool Fits(byte[] bytes, DnsMessage asked)
    {
        try
        {
            return Answers(DnsMessage.Read(bytes), asked);
        }
        catch (FormatException)
        {
            // It has our identifier, so it is meant for us: what is wrong with it is said where it is read.
            return bytes.Length >= 2 && ((bytes[0] << 8) | bytes[1]) == asked.Id;
        }
    }

    private static bool Answers(DnsMessage answer, DnsMessage asked) =>
        answer.IsResponse && answer.Id == asked.Id && answer.Opcode == asked.Opcode
        && (answer.Questions.Count == 0 ? answer.Code != DnsCode.NoError || asked.Opcode != 0 : answer.Questions.SequenceEqual(asked.Questions));

    private static async Task<T> OrStoppedAsync<T>(Task<T> work, CancellationToken ct)
    {
        Task ended = await Task.WhenAny(work, Task.Delay(Timeout.Infinite, ct)).ConfigureAwait(false);
        if (ended != work) ct.ThrowIfCancellationRequested();
        return await work.ConfigureAwait(false);
    }
}
