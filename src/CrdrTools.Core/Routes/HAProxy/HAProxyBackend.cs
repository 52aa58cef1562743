using System.Text;

namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>One backend, as one proxy sees it now. Reading HAProxy's tables is pure, and goes by the names of their columns.</summary>
public sealed record HAProxyBackend
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its servers, in the configuration's order.</summary>
    public required IReadOnlyList<HAProxyServer> Servers { get; init; }

    /// <summary>How many clients wait for a server to have room for them.</summary>
    public int Waiting { get; init; }

    /// <summary>What the socket may do: <c>admin</c>, <c>operator</c> or <c>user</c>, if it says.</summary>
    public string? Level { get; init; }

    /// <summary>The servers among which the next client is sent; backups only when there is no other.</summary>
    public IReadOnlyList<HAProxyServer> Takers
    {
        get
        {
            List<HAProxyServer> usable = [.. Servers.Where(s => s.Usable)];
            return usable.Any(s => !s.Backup) ? [.. usable.Where(s => !s.Backup)] : usable;
        }
    }

    /// <summary>The server of that name.</summary>
    public HAProxyServer this[string server] => Servers.FirstOrDefault(s => s.Name == server)
        ?? throw new CrdrException(CrdrErrorKind.NotFound, "HAProxyNotFound", $"the backend '{Name}' has no server '{server}'; it has: {string.Join(", ", Servers.Select(s => s.Name))}");

    /// <summary>Makes a backend of <c>show servers state</c> and <c>show stat</c>.</summary>
    public static HAProxyBackend Read(string name, string state, string stat, string? level = null)
    {
        Dictionary<string, IReadOnlyDictionary<string, string>> figures = Counters(stat).Where(r => Cell(r, "pxname") == name).ToDictionary(r => Cell(r, "svname"));
        return new()
        {
            Name = name, Level = level is "admin" or "operator" or "user" ? level : null, Waiting = figures.Values.Sum(r => Amount(r, "qcur")),
            Servers = [.. States(state).Where(r => Cell(r, "be_name") == name).Select(r => Server(r, figures.Get(Cell(r, "srv_name")) ?? throw Odd($"knows '{Cell(r, "srv_name")}' in one table only")))],
        };
    }

    /// <summary>What is decided about each server of a backend, from <c>show servers state</c> or the file that keeps it.</summary>
    public static IReadOnlyDictionary<string, HAProxyAdmin> Admins(string name, string state) =>
        States(state).Where(r => Cell(r, "be_name") == name).ToDictionary(r => Cell(r, "srv_name"), r => (HAProxyAdmin)Number(r, "srv_admin_state"));

    private static HAProxyServer Server(IReadOnlyDictionary<string, string> state, IReadOnlyDictionary<string, string> figures) => new()
    {
        // 0 stopped, 1 starting (it gets clients, slowly), 2 running, 3 stopping. The admin bits are printed in decimal, whatever the manual says.
        Name = Cell(state, "srv_name"), Running = Number(state, "srv_op_state") is 1 or 2, Admin = (HAProxyAdmin)Number(state, "srv_admin_state"),
        Weight = Number(state, "srv_uweight"), Backup = Number(figures, "bck") == 1, Sessions = Number(figures, "scur"), Status = Cell(figures, "status"), Limit = Amount(figures, "slim"),
    };

    private static IEnumerable<IReadOnlyDictionary<string, string>> States(string text)
    {
        string[] lines = text.Split('\n');
        if (lines.Length < 2 || !lines[1].StartsWith("# ", StringComparison.Ordinal)) throw Odd("printed no table of states");
        string[] columns = lines[1].Substring(2).Trim().Split(' ');
        return lines.Skip(2).Select(l => l.Trim()).Where(l => l.Length > 0).Select(l => Row(columns, l.Split(' ')));
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> Counters(string text)
    {
        string[] lines = text.Split('\n');
        if (!lines[0].StartsWith("# ", StringComparison.Ordinal)) throw Odd("printed no table of counters");
        IReadOnlyList<string> columns = Fields(lines[0].Substring(2).Trim());
        return lines.Skip(1).Select(l => l.Trim()).Where(l => l.Length > 0).Select(l => Row(columns, Fields(l)));
    }

    /// <summary>A check's last words may hold commas and are quoted then.</summary>
    internal static IReadOnlyList<string> Fields(string line)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (quoted && line[i] == '"' && i + 1 < line.Length && line[i + 1] == '"') field.Append(line[i++]);
            else if (line[i] == '"') quoted = !quoted;
            else if (line[i] == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else field.Append(line[i]);
        }
        fields.Add(field.ToString());
        return fields;
    }

    private static IReadOnlyDictionary<string, string> Row(IReadOnlyList<string> columns, IReadOnlyList<string> cells)
    {
        Dictionary<string, string> row = [];
        for (int i = 0; i < Math.Min(columns.Count, cells.Count); i++) row[columns[i]] = cells[i];
        return row;
    }

    private static string Cell(IReadOnlyDictionary<string, string> row, string column) => row.Get(column) ?? throw Odd($"printed no column {column}");

    private static int Number(IReadOnlyDictionary<string, string> row, string column) =>
        int.TryParse(Cell(row, column), out int number) ? number : throw Odd($"printed '{Cell(row, column)}' as {column}");

    /// <summary>A number that is left out where there is none.</summary>
    private static int Amount(IReadOnlyDictionary<string, string> row, string column) => row.Get(column) is { Length: > 0 } ? Number(row, column) : 0;

    private static CrdrException Odd(string what) => new(CrdrErrorKind.BadReply, "HAProxyBadReply", $"it {what}");
}
