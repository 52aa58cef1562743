using System.Globalization;
using System.Text;
using System.Text.Json;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>One page of a list: by key, so that what comes or goes between two pages is neither shown twice nor shifts the rest.</summary>
internal sealed class Page<T>
{
    private readonly SimulatorSettings _settings;
    private readonly string? _next;
    private readonly string? _previous;

    private Page(SimulatorSettings settings, IReadOnlyList<T> items, string? next, string? previous)
    {
        _settings = settings;
        Items = items;
        _next = next;
        _previous = previous;
    }

    public IReadOnlyList<T> Items { get; }

    /// <param name="call">The request, whose <c>pagination.*</c> are read.</param>
    /// <param name="all">Everything the list has.</param>
    /// <param name="key">What it is sorted by; no two have the same.</param>
    /// <param name="descending">The order where the request asks for none.</param>
    /// <exception cref="CockroachProblem">A parameter is no good.</exception>
    public static Page<T> Of(CockroachCall call, IEnumerable<T> all, Func<T, string> key, bool descending = false)
    {
        var down = Descending(call.Request, descending);
        var sorted = all.OrderBy(key, StringComparer.Ordinal).ToList();
        if (down) sorted.Reverse();
        var limit = Limit(call);
        var from = Start(call.Request, sorted, key, down);
        var items = sorted.Skip(from).Take(limit).ToList();
        return new Page<T>(
            call.Settings,
            items,
            from + limit < sorted.Count ? Token(key(sorted[from + limit])) : null,
            from > 0 ? Token(key(sorted[Math.Max(0, from - limit)])) : null);
    }

    /// <summary>Writes <c>pagination</c>.</summary>
    public void Write(Utf8JsonWriter w)
    {
        w.WriteStartObject("pagination");
        Write(w, "next_page", _next);
        Write(w, "previous_page", _previous);
        w.WriteEndObject();
    }

    private void Write(Utf8JsonWriter w, string name, string? token)
    {
        if (token is not null || _settings.CockroachEmptyPageTokens) w.WriteString(name, token ?? "");
    }

    private static bool Descending(HttpRequest request, bool otherwise) => request.QueryValue("pagination.sort_order") switch
    {
        null or "" => otherwise,
        "ASC" => false,
        "DESC" => true,
        var order => throw CockroachProblem.Input($"invalid pagination.sort_order: {order}"),
    };

    private static int Limit(CockroachCall call)
    {
        var text = call.Request.QueryValue("pagination.limit");
        if (string.IsNullOrEmpty(text)) return call.Settings.CockroachPageLimit;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            throw CockroachProblem.Input($"invalid pagination.limit: {text}");
        return limit == 0 ? call.Settings.CockroachPageLimit : Math.Min(limit, call.Settings.CockroachMostPageLimit);
    }

    private static int Start(HttpRequest request, List<T> sorted, Func<T, string> key, bool down)
    {
        var token = request.QueryValue("pagination.page");
        if (string.IsNullOrEmpty(token)) return 0;
        var from = Key(token!);
        var start = sorted.FindIndex(item => string.CompareOrdinal(key(item), from) * (down ? -1 : 1) >= 0);
        return start < 0 ? sorted.Count : start;
    }

    private static string Token(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key)).Replace('+', '-').Replace('/', '_');

    private static string Key(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(token.Replace('-', '+').Replace('_', '/')));
        }
        catch (FormatException)
        {
            throw CockroachProblem.Input("invalid pagination.page");
        }
    }
}
