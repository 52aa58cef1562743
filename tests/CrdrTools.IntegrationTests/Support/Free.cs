using System.Net;
using System.Net.Sockets;

namespace CrdrTools.IntegrationTests.Support;

/// <summary>What the machine has to spare.</summary>
internal static class Free
{
    /// <summary>A TCP port on loopback that nobody listens on.</summary>
    public static int Port()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Where a server's program is; <see langword="null"/> when it is not installed.</summary>
    public static string? Program(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin"]).Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")) : [])
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
