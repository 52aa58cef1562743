namespace CrdrTools.Core.Http;

/// <summary>Makes the connection pool that all sessions of one call share.</summary>
internal static class HttpHandlers
{
    /// <summary>Addresses are looked up again every minute: this tool is used when they change.</summary>
    public static HttpMessageInvoker Create()
    {
#if NET
        return new HttpMessageInvoker(new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            AllowAutoRedirect = false,
            UseCookies = false,
        });
#else
        return new HttpMessageInvoker(new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxConnectionsPerServer = 64,
            SslProtocols = System.Security.Authentication.SslProtocols.Tls12,
        });
#endif
    }
}
