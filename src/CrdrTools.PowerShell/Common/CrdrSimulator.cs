using System.Net;
using System.Security;

namespace CrdrTools;

/// <summary>A simulator that runs in this session. It lives as long as this object is not stopped and the session goes on.</summary>
public sealed class CrdrSimulator
{
    private IDisposable? _server;

    internal CrdrSimulator(IDisposable server, Uri endpoint, string token, string project)
    {
        _server = server;
        Endpoint = endpoint;
        Token = new NetworkCredential("", token).SecurePassword;
        TokenText = token;
        Project = project;
    }

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; }

    /// <summary>The token it accepts, as <c>-Token</c> parameters take it.</summary>
    public SecureString Token { get; }

    /// <summary>The same in plain text: it opens nothing but this simulator.</summary>
    public string TokenText { get; }

    /// <summary>The project it starts with.</summary>
    public string Project { get; }

    /// <summary>Where it is controlled and what it was asked can be read.</summary>
    public Uri Control => new(Endpoint, "_simulator");

    /// <summary>Whether it still listens.</summary>
    public bool Running => _server is not null;

    internal void Stop() => Interlocked.Exchange(ref _server, null)?.Dispose();
}
