using System.Globalization;

namespace CrdrTools.Simulator.Http;

/// <summary>Turns the text of a request's head into a request. Pure; anything unreadable is an <see cref="HttpProblem"/>.</summary>
internal static class RequestHead
{
    /// <summary>The body's length as announced; null when it comes in chunks.</summary>
    public static (HttpRequest Request, int? BodyLength) Parse(string head)
    {
        var lines = head.Split('\n');
        var (method, target, version) = RequestLine(lines[0].TrimEnd('\r'));
        var headers = Headers(lines);
        var (path, query) = Split(target);
        var request = new HttpRequest
        {
            Method = method,
            Path = path,
            Query = query,
            Headers = headers,
            KeepAlive = StaysOpen(version, headers),
            Parts = Parts(path),
        };
        return (request, BodyLength(headers));
    }

    public static bool IsToken(char c) => c is > ' ' and < (char)127 && "()<>@,;:\\\"/[]?={}".IndexOf(c) < 0;

    private static (string Method, string Target, string Version) RequestLine(string line)
    {
        var words = line.Split(' ');
        if (words.Length != 3 || words[0].Length == 0 || !words[0].All(IsToken) || words[1].Length == 0)
            throw new HttpProblem(400, "the request line is not METHOD TARGET HTTP/1.1");
        if (!words[2].StartsWith("HTTP/", StringComparison.Ordinal)) throw new HttpProblem(400, "no HTTP version in the request line");
        if (words[2] is not ("HTTP/1.1" or "HTTP/1.0")) throw new HttpProblem(505, "this server speaks HTTP/1.1");
        return (words[0], words[1], words[2]);
    }

    private static Dictionary<string, string> Headers(string[] lines)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var raw in lines.Skip(1))
        {
            var line = raw.TrimEnd('\r');
            if (line.Length == 0) continue;
            var colon = line.IndexOf(':');
            if (colon < 1) throw new HttpProblem(400, "a header line without a name");
            var name = line.Substring(0, colon);
            if (!name.All(IsToken)) throw new HttpProblem(400, "a header name with characters that are not allowed");
            var value = line.Substring(colon + 1).Trim(' ', '\t');
            if (value.Any(c => c is < ' ' and not '\t' or (char)127)) throw new HttpProblem(400, "a header value with control characters");
            headers[name] = headers.TryGetValue(name, out var earlier) ? earlier + ", " + value : value;
        }
        return headers;
    }

    private static (string Path, string Query) Split(string target)
    {
        if (target[0] != '/')
        {
            if (!Uri.TryCreate(target, UriKind.Absolute, out var absolute) || absolute.Scheme != "http")
                throw new HttpProblem(400, "the target is no path");
            target = absolute.PathAndQuery;
        }
        var question = target.IndexOf('?');
        return question < 0 ? (target, "") : (target.Substring(0, question), target.Substring(question + 1));
    }

    private static string[] Parts(string path) =>
        path.Split(['/'], StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();

    private static bool StaysOpen(string version, Dictionary<string, string> headers)
    {
        var connection = headers.TryGetValue("Connection", out var value) ? value : "";
        return version == "HTTP/1.1"
            ? connection.IndexOf("close", StringComparison.OrdinalIgnoreCase) < 0
            : connection.IndexOf("keep-alive", StringComparison.OrdinalIgnoreCase) >= 0;
    }

    private static int? BodyLength(Dictionary<string, string> headers)
    {
        var chunked = headers.TryGetValue("Transfer-Encoding", out var coding);
        var announced = headers.TryGetValue("Content-Length", out var length);
        if (chunked && announced) throw new HttpProblem(400, "both Content-Length and Transfer-Encoding");
        if (chunked)
            return string.Equals(coding, "chunked", StringComparison.OrdinalIgnoreCase)
                ? null
                : throw new HttpProblem(501, "the only transfer coding is chunked");
        if (!announced) return 0;
        if (!long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
            throw new HttpProblem(400, "Content-Length is no number");
        return bytes <= HttpLimits.Body ? (int)bytes : throw new HttpProblem(413, "the body is larger than 1 MiB");
    }
}
