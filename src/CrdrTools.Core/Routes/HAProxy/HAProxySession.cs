namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>One client's session, as <c>show sess</c> lists it.</summary>
/// <param name="Id">What it is called as long as it lives.</param>
/// <param name="Source">Whence it came, as <c>address:port</c>.</param>
/// <param name="Backend">Where it was sent.</param>
/// <param name="Server">The server it was given; <see langword="null"/>: none yet.</param>
/// <param name="Queued">Whether it waits for one to have room.</param>
/// <param name="Patience">How long it may still wait, in whole seconds as HAProxy shows them; <see langword="null"/>: that has no end, or it does not wait.</param>
internal sealed record HAProxySession(string Id, string Source, string Backend, string? Server, bool Queued, TimeSpan? Patience)
{
    /// <summary>Reads the list; lines of another shape are passed over.</summary>
    public static IReadOnlyList<HAProxySession> Read(string text) => [.. text.Split('\n').Select(Line).OfType<HAProxySession>()];

    private static HAProxySession? Line(string line)
    {
        string? source = Word(line, ": proto=") is null ? null : Word(line, " src="), backend = Word(line, " be="), server = Word(line, " srv=");
        if (source is null || backend is null || server is null) return null;
        const string Mapped = "::ffff:";
        if (source.StartsWith(Mapped, StringComparison.Ordinal)) source = source.Substring(Mapped.Length);
        // The state of its server's end: 2 is the queue.
        bool queued = Word(line, " scb=[")?.StartsWith("2,", StringComparison.Ordinal) == true;
        return new(line.Substring(0, line.IndexOf(':')), source, backend, server.StartsWith("<", StringComparison.Ordinal) ? null : server, queued, queued && Word(line, " c_exp=") is { } left ? Time(left) : null);
    }

    /// <summary>What follows a mark, up to the next space; nothing is nothing.</summary>
    private static string? Word(string line, string mark)
    {
        int at = line.IndexOf(mark, StringComparison.Ordinal);
        if (at < 0) return null;
        int from = at + mark.Length, to = line.IndexOf(' ', from);
        string word = (to < 0 ? line.Substring(from) : line.Substring(from, to - from)).Trim();
        return word.Length == 0 ? null : word;
    }

    /// <summary>As <c>4s</c>, <c>1m5s</c>, <c>1h2m</c>, <c>2d</c>.</summary>
    private static TimeSpan? Time(string text)
    {
        TimeSpan all = TimeSpan.Zero;
        int number = 0;
        foreach (char c in text)
        {
            if (c is >= '0' and <= '9')
            {
                number = number * 10 + (c - '0');
                continue;
            }
            all += c switch { 's' => TimeSpan.FromSeconds(number), 'm' => TimeSpan.FromMinutes(number), 'h' => TimeSpan.FromHours(number), 'd' => TimeSpan.FromDays(number), _ => TimeSpan.Zero };
            number = 0;
        }
        return all;
    }
}
