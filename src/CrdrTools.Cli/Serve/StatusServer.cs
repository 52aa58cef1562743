using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using CrdrTools.Core.Monitoring;
using CrdrTools.Core.Stores;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CrdrTools.Cli.Serve;

/// <summary>
/// What a watchtower knows, over HTTP: for applications, for monitoring, and for people. Whoever asks is answered from what is known; however many ask, no vendor is asked more often.
/// Nothing here changes anything.
/// </summary>
internal sealed class StatusServer : IAsyncDisposable
{
    private const int LargestBody = 16 * 1024;
    private readonly WebApplication _app;

    private StatusServer(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.First();

    public static async Task<StatusServer> StartAsync(ServeOptions options, Desk desk, CancellationToken ct)
    {
        options.Require();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Listen(options.Place, listen =>
            {
                if (options.Certificate is not null) listen.UseHttps(Certificate(options));
            });
        });
        if (options.Certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddRoutingCore();
        WebApplication app = builder.Build();
        app.Use((http, next) => Guard(http, options, next));
        Map(app, desk);
        try
        {
            await app.StartAsync(ct);
        }
        catch (IOException e)
        {
            throw new CrdrException(CrdrErrorKind.Unavailable, "AddressNotFree", $"{options.Place} cannot be listened on: {e.Message}", "Choose another with --listen.", e);
        }
        return new(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(2)).Token);
        await _app.DisposeAsync();
    }

    private static void Map(WebApplication map, Desk desk)
    {
        map.MapGet("/", http => Page(http, desk.Page));
        map.MapGet("/fragment", http => TextAsync(http, "text/html; charset=utf-8", desk.Fragment()));
        map.MapGet("/health", http =>
        {
            Health health = desk.Health();
            return JsonAsync(http, health.Status == "ok" ? 200 : 503, health, ServeJson.Default.Health);
        });
        map.MapGet("/pairs", http => JsonAsync(http, 200, [.. desk.Sights], CrdrJson.Default.ListCrdrPairSight));
        map.MapGet("/pairs/{name}", http => AnswerAsync(http, () => JsonAsync(http, 200, desk.Sight((string)http.Request.RouteValues["name"]!), CrdrJson.Default.CrdrPairSight)));
        map.MapGet("/metrics", http => TextAsync(http, PrometheusText.ContentType, desk.Metrics()));
        map.MapGet("/connection", http => AnswerAsync(http, () => ConnectionAsync(http, desk.Connection(http.Request.Query["pair"].FirstOrDefault()))));
        map.MapPost("/connection", http => AnswerAsync(http, async () =>
        {
            ConnectionWish wish = await WishAsync(http);
            CrdrConnection connection = desk.Connection(wish.Pair);
            string filled = Connections.Fill(wish.Template!, connection, wish.Values);
            http.Response.Headers.Age = ((long)connection.AgeSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await JsonAsync(http, 200, new ConnectionFilled(connection.Pair, filled, connection), ServeJson.Default.ConnectionFilled);
        }));
    }

    /// <summary>Who may ask, and what every answer says of itself.</summary>
    private static Task Guard(HttpContext http, ServeOptions options, RequestDelegate next)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'";
        // A name that leads here for the length of an attack is not one of this machine's.
        if (options.Token is null && !(http.Request.Host.Host is "localhost" || (IPAddress.TryParse(http.Request.Host.Host.Trim('[', ']'), out IPAddress? asked) && IPAddress.IsLoopback(asked))))
            return ErrorAsync(http, 421, "HostNotServed", "This server answers to localhost and loopback addresses.");
        // Whoever sends credentials as the other service did is told, and they are not read.
        if (options.Token is not null && !Allowed(http.Request.Headers.Authorization.ToString(), options.Token))
        {
            headers.WWWAuthenticate = "Basic realm=\"CrdrTools\", charset=\"UTF-8\"";
            return ErrorAsync(http, 401, "TokenWrong", "Give the token: as Authorization: Bearer, or as the password of any user.");
        }
        return next(http);
    }

    private static bool Allowed(string header, string token)
    {
        string shown = "";
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) shown = header[7..].Trim();
        else if (header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            Span<byte> plain = new byte[header.Length];
            if (Convert.TryFromBase64String(header[6..].Trim(), plain, out int length)) shown = Encoding.UTF8.GetString(plain[..length]) is var both && both.IndexOf(':') is >= 0 and int at ? both[(at + 1)..] : "";
        }
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown)), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }

    private static Task Page(HttpContext http, Func<string, string> page)
    {
        string nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        http.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return TextAsync(http, "text/html; charset=utf-8", page(nonce));
    }

    private static Task ConnectionAsync(HttpContext http, CrdrConnection connection)
    {
        http.Response.Headers.Age = ((long)connection.AgeSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return JsonAsync(http, 200, connection, ServeJson.Default.CrdrConnection);
    }

    private static async Task<ConnectionWish> WishAsync(HttpContext http)
    {
        try
        {
            ConnectionWish? wish = await JsonSerializer.DeserializeAsync(http.Request.Body, ServeJson.Default.ConnectionWish, http.RequestAborted);
            return wish is { Template: not null } ? wish : throw new CrdrException(CrdrErrorKind.InvalidInput, "TemplateMissing", "Give a template: {\"template\": \"postgresql://{user}:{password}@{hosts}/app\", \"values\": {\"user\": \"...\", \"password\": \"...\"}}.");
        }
        catch (JsonException)
        {
            // What is wrong is not repeated: there may be a password in it.
            throw new CrdrException(CrdrErrorKind.InvalidInput, "BodyInvalid", "The body is no JSON of the form {\"pair\": \"...\", \"template\": \"...\", \"values\": {...}}.");
        }
    }

    private static async Task AnswerAsync(HttpContext http, Func<Task> answer)
    {
        try
        {
            await answer();
        }
        catch (CrdrException e)
        {
            await ErrorAsync(http, e.Kind switch { CrdrErrorKind.NotFound => 404, CrdrErrorKind.InvalidInput => 400, _ => 503 }, e.ErrorId, e.Message);
        }
    }

    private static Task ErrorAsync(HttpContext http, int status, string id, string message) => JsonAsync(http, status, new ErrorAnswer(id, message), ServeJson.Default.ErrorAnswer);

    private static Task JsonAsync<T>(HttpContext http, int status, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.WriteAsync(JsonSerializer.Serialize(value, type), http.RequestAborted);
    }

    private static Task TextAsync(HttpContext http, string type, string text)
    {
        http.Response.ContentType = type;
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    private static X509Certificate2 Certificate(ServeOptions options)
    {
        try
        {
            string path = options.Certificate!;
            if (!path.EndsWith(".pem", StringComparison.OrdinalIgnoreCase) && !path.EndsWith(".crt", StringComparison.OrdinalIgnoreCase)) return X509CertificateLoader.LoadPkcs12FromFile(path, null);
            // Windows wants a key that is kept, not one of this moment.
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(path, options.Key);
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.InvalidInput, "CertificateUnreadable", $"The certificate cannot be used: {e.Message}", "Give --certificate a PEM file (and --key its key), or a PKCS#12 file without a password.", e);
        }
    }
}
