using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CrdrTools.IntegrationTests.PgBouncer;

/// <summary>A console that answers as it is told: for versions that are not installed, and for what is no PgBouncer at all.</summary>
internal sealed class FakeConsole : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public FakeConsole(string? version, Func<string, (string[] Columns, string?[][] Rows)?>? answer = null, byte[]? raw = null)
    {
        _listener.Start();
        _ = Task.Run(async () =>
        {
            try
            {
                while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(), version, answer, raw);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        });
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public List<string> Asked { get; } = [];

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(TcpClient client, string? version, Func<string, (string[] Columns, string?[][] Rows)?>? answer, byte[]? raw)
    {
        using (client)
        {
            NetworkStream stream = client.GetStream();
            byte[] start = new byte[4];
            await stream.ReadExactlyAsync(start);
            await stream.ReadExactlyAsync(new byte[BitConverter.ToInt32([.. start.Reverse()]) - 4]);
            if (raw is not null) await stream.WriteAsync(raw);
            // It listens, and says nothing more.
            if (answer is null) await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false);
            if (answer is null) return;
            byte[] told = version is null ? [] : Message('S', [.. Zero("server_version"), .. Zero(version)]);
            byte[] ready = Message('Z', [(byte)'I']);
            await stream.WriteAsync((byte[])[.. Message('R', [0, 0, 0, 0]), .. told, .. ready]);
            byte[] head = new byte[5];
            while (await stream.ReadAtLeastAsync(head, 5, throwOnEndOfStream: false) == 5)
            {
                byte[] body = new byte[BitConverter.ToInt32([.. head.Skip(1).Reverse()]) - 4];
                await stream.ReadExactlyAsync(body);
                string command = Encoding.UTF8.GetString(body).TrimEnd('\0');
                lock (Asked) Asked.Add(command);
                byte[] reply = answer(command) is { } found
                    ? [.. Message('T', [.. Int16(found.Columns.Length), .. found.Columns.SelectMany(c => (byte[])[.. Zero(c), .. new byte[18]])]), .. found.Rows.SelectMany(Row), .. Message('C', Zero("SHOW")), .. ready]
                    : [.. Message('E', [.. "SERROR\0C08P01\0M"u8, .. Zero($"invalid command '{command}', use SHOW HELP;"), 0]), .. ready];
                await stream.WriteAsync(reply);
            }
        }
    }

    private static byte[] Row(string?[] values) => Message('D', [.. Int16(values.Length), .. values.SelectMany(v => v is null ? [0xFF, 0xFF, 0xFF, 0xFF] : (byte[])[0, 0, .. Int16(Encoding.UTF8.GetByteCount(v)), .. Encoding.UTF8.GetBytes(v)])]);

    private static byte[] Message(char type, byte[] body) => [(byte)type, 0, 0, .. Int16(body.Length + 4), .. body];

    private static byte[] Int16(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Zero(string text) => [.. Encoding.UTF8.GetBytes(text), 0];
}
