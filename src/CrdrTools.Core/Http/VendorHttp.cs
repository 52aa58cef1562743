using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CrdrTools.Core.Http;

/// <summary>A reply, the vendor's clock when it was sent, and ours when it came.</summary>
public readonly record struct VendorReply<T>(T Body, DateTimeOffset? ServerTime, DateTimeOffset ReceivedAt = default);

/// <summary>How a vendor writes its errors and its token.</summary>
public interface IVendorDialect
{
    /// <summary>The vendor's name for messages.</summary>
    string Vendor { get; }
    /// <summary>The header that carries the token.</summary>
    AuthenticationHeaderValue Authorize(string token);
    /// <summary>The vendor's own words out of an error body, or <see langword="null"/>.</summary>
    string? ErrorMessage(string body);
    /// <summary>Headers that every request carries besides.</summary>
    IReadOnlyDictionary<string, string> Headers { get; }
    /// <summary>How long to wait, where only the words of a 429 tell.</summary>
    TimeSpan? RetryAfter(string? message);
    /// <summary>Whether an error is the vendor's rate limit, whatever its status. Such a request had no effect.</summary>
    bool IsRateLimit(int status, string? message, bool hasRetryAfter);
    /// <summary>Whether an error says that another operation holds the thing just now. Such a request had no effect.</summary>
    bool IsLock(int status, string? message);
}

/// <summary>
/// Sends one request to a vendor and turns whatever comes back into a value or a <see cref="VendorException"/> that says
/// whether the request may have taken effect. Never repeats a changing request.
/// </summary>
public sealed class VendorHttp
{
    /// <summary>The mark that some put before UTF-8.</summary>
    private static readonly byte[] s_mark = [0xEF, 0xBB, 0xBF], s_nothing = [(byte)'{', (byte)'}'];
    private readonly HttpMessageInvoker _http;
    private readonly IVendorDialect _dialect;
    private readonly Uri _baseAddress;
    private readonly string _token;
    private readonly Redactor _redactor;
    private readonly TimeProvider _time;
    private readonly Action<string>? _trace;
    private readonly TimeSpan _timeout;
    private readonly RequestPacer? _pacer;

    /// <summary>Talks to <paramref name="baseAddress"/>; plain http is refused except on loopback.</summary>
    public VendorHttp(HttpMessageInvoker http, IVendorDialect dialect, Uri baseAddress, string token, TimeProvider time,
        Action<string>? trace = null, TimeSpan? timeout = null, RequestPacer? pacer = null)
    {
        RequireSafe(baseAddress);
        _http = http;
        _dialect = dialect;
        _baseAddress = baseAddress;
        _token = token;
        _redactor = new Redactor(token);
        _time = time;
        _trace = trace;
        _timeout = timeout ?? TimeSpan.FromSeconds(30);
        _pacer = pacer;
    }

    /// <summary>Refuses an address over which a token could be overheard.</summary>
    public static void RequireSafe(Uri address)
    {
        if (address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback)) return;
        throw new CrdrException(CrdrErrorKind.InvalidInput, "EndpointNotSecure",
            $"'{address}' would send the token unprotected: use https. Plain http is accepted on loopback only.");
    }

    /// <summary>Reads. Repeats a few times when the trouble looks passing.</summary>
    /// <param name="path">The path.</param>
    /// <param name="type">What is read.</param>
    /// <param name="ct">Ctrl+C.</param>
    /// <param name="patience">The longest wait that the vendor may ask for before it is tried again: what one member is slow to tell must not make the rest an old look.</param>
    public async Task<VendorReply<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct, TimeSpan? patience = null)
    {
        try
        {
            return await SendAsync(HttpMethod.Get, path, null, type, ct).ConfigureAwait(false);
        }
        catch (VendorException first) when (ReadRetry.Helps(first, patience))
        {
            _trace?.Invoke($"GET {path}: {first.Message} Trying again.");
            return await ReadRetry.RunAsync(c => SendAsync(HttpMethod.Get, path, null, type, c), first, _time, ct, patience).ConfigureAwait(false);
        }
    }

    /// <summary>Changes something. One request, whatever happens.</summary>
    public Task<VendorReply<T>> ChangeAsync<T>(HttpMethod method, string path, string json, JsonTypeInfo<T> type) =>
        SendAsync(method, path, json, type, CancellationToken.None);

    private async Task<VendorReply<T>> SendAsync<T>(HttpMethod method, string path, string? json, JsonTypeInfo<T> type, CancellationToken ct)
    {
        // A change goes at once: the look it rests on must not grow old in a queue.
        if (_pacer is not null && json is null) await _pacer.WaitAsync(ct).ConfigureAwait(false);
        else _pacer?.Count();
        using HttpRequestMessage request = new(method, new Uri(_baseAddress, path));
        request.Headers.Authorization = _dialect.Authorize(_token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        foreach (KeyValuePair<string, string> header in _dialect.Headers) request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        // A changing request always has a body: without one the handler would silently send it again on a stale connection.
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_timeout);
        string what = $"{method} {path}";
        HttpStatusCode status;
        byte[] bytes;
        DateTimeOffset? serverTime;
        TimeSpan? retryAfter;
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, limit.Token).ConfigureAwait(false);
            status = response.StatusCode;
            serverTime = response.Headers.Date;
            retryAfter = RetryAfter(response.Headers.RetryAfter);
            bytes = await BodyAsync(response, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException e) when (!limit.IsCancellationRequested)
        {
            throw Fail(CrdrErrorKind.Connection, "VendorUnreachable",
                $"{_dialect.Vendor} at {_baseAddress.Authority} cannot be reached: no connection came about in time. Nothing was sent.", VendorVerdict.NotDone, null, e);
        }
        catch (OperationCanceledException e)
        {
            throw Fail(CrdrErrorKind.Timeout, "VendorTimeout", $"{what}: no answer within {_timeout.TotalSeconds:0} s.", VendorVerdict.Unknown, null, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or WebException)
        {
            throw NeverLeft(e)
                ? Fail(CrdrErrorKind.Connection, "VendorUnreachable",
                    $"{_dialect.Vendor} at {_baseAddress.Authority} cannot be reached: {Innermost(e)} Nothing was sent.", VendorVerdict.NotDone, null, e)
                : Fail(CrdrErrorKind.Connection, "VendorConnectionLost",
                    $"{what}: the connection was lost before the reply: {Innermost(e)}", VendorVerdict.Unknown, null, e);
        }
        _trace?.Invoke($"{what} -> {(int)status}");
        if ((int)status is >= 200 and < 300) return new VendorReply<T>(Parse(bytes, type, what, status), serverTime, _time.GetUtcNow());
        throw Refused(what, status, Encoding.UTF8.GetString(bytes), retryAfter, reading: json is null);
    }

    /// <summary>The whole body within the limit: a reply may stall after its headers.</summary>
    private static async Task<byte[]> BodyAsync(HttpResponseMessage response, CancellationToken ct)
    {
#if NET
        return await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
#else
        using (ct.Register(response.Dispose))
        {
            try
            {
                return await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
            }
            catch (Exception) when (ct.IsCancellationRequested)
            {
                throw new OperationCanceledException(ct);
            }
        }
#endif
    }

    private T Parse<T>(byte[] body, JsonTypeInfo<T> type, string what, HttpStatusCode status)
    {
        ReadOnlySpan<byte> json = body;
        if (json.StartsWith(s_mark)) json = json.Slice(s_mark.Length);
        try
        {
            return JsonSerializer.Deserialize(json.Length == 0 ? s_nothing : json, type)
                ?? throw new JsonException("the body is null");
        }
        catch (JsonException e)
        {
            throw Fail(CrdrErrorKind.BadReply, "VendorReplyUnreadable",
                $"{what}: {_dialect.Vendor} answered {(int)status} with {body.Length} bytes that are not its JSON.", VendorVerdict.Unknown, (int)status, e);
        }
    }

    private VendorException Refused(string what, HttpStatusCode status, string body, TimeSpan? retryAfter, bool reading)
    {
        body = _redactor.Clean(body);
        string? said = _dialect.ErrorMessage(body);
        string message = $"{what}: {_dialect.Vendor} answered {(int)status}: {said ?? Shorten(body)}";
        if (_dialect.IsRateLimit((int)status, said, retryAfter is not null && (reading || (int)status < 500)))
            return new RateLimitedException(_redactor.Clean(message), retryAfter ?? _dialect.RetryAfter(said), (int)status);
        if (_dialect.IsLock((int)status, said)) return Fail(CrdrErrorKind.Busy, "VendorLocked", message, VendorVerdict.NotDone, (int)status);
        return (int)status switch
        {
            429 => new RateLimitedException(_redactor.Clean(message), retryAfter ?? _dialect.RetryAfter(said)),
            401 => Fail(CrdrErrorKind.Authentication, "AuthenticationFailed", message, VendorVerdict.NotDone, 401),
            403 => Fail(CrdrErrorKind.PermissionDenied, "PermissionDenied", message, VendorVerdict.NotDone, 403),
            404 => Fail(CrdrErrorKind.NotFound, "VendorNotFound", message, VendorVerdict.NotDone, 404),
            409 => Fail(CrdrErrorKind.InvalidState, "VendorConflict", message, VendorVerdict.NotDone, 409),
            408 => Fail(CrdrErrorKind.Timeout, "VendorTimeout", message, VendorVerdict.Unknown, 408),
            >= 400 and < 500 => Fail(CrdrErrorKind.InvalidInput, "VendorRejected", message, VendorVerdict.NotDone, (int)status),
            _ => Fail(CrdrErrorKind.Unavailable, "VendorUnavailable", message, VendorVerdict.Unknown, (int)status),
        };
    }

    private VendorException Fail(CrdrErrorKind kind, string id, string message, VendorVerdict verdict, int? status, Exception? inner = null) =>
        new(kind, id, _redactor.Clean(message), verdict, status, inner);

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date && date > DateTimeOffset.UtcNow ? date - DateTimeOffset.UtcNow : null);

    /// <summary>True when no connection came about, so that nothing can have arrived.</summary>
    private static bool NeverLeft(Exception e)
    {
#if NET
        if (e is HttpRequestException { HttpRequestError: var error })
            return error is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;
        return false;
#else
        for (Exception? x = e; x is not null; x = x.InnerException)
        {
            if (x is SocketException
                {
                    SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.AddressNotAvailable
                }) return true;
            if (x is System.Security.Authentication.AuthenticationException) return true;
            if (x is WebException { Status: WebExceptionStatus.ConnectFailure or WebExceptionStatus.NameResolutionFailure or WebExceptionStatus.TrustFailure }) return true;
        }
        return false;
#endif
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is not null) e = e.InnerException;
        return e.Message.TrimEnd('.') + ".";
    }

    private static string Shorten(string body)
    {
        string line = string.Join(" ", body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length == 0 ? "an empty body" : line.Length <= 160 ? line : line.Substring(0, 160) + " ...";
    }
}
