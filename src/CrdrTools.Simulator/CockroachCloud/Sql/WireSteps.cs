namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>The protocol in steps: a statement is parsed, bound to its values (a portal), described, and executed.</summary>
internal sealed class WireSteps(SqlSession session, WireWriter writer)
{
    /// <summary>What stands for no name, and is replaced by the next without one.</summary>
    private const string Unnamed = "";

    /// <summary>The types a parameter can have; 0 leaves it to the server. All have the same bytes in both formats.</summary>
    private static readonly int[] ParameterTypes = [0, SqlColumn.TextType, 705, 1043];

    private readonly Dictionary<string, SqlStatement?> _statements = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WirePortal> _portals = new(StringComparer.Ordinal);

    public void Take(WireMessage message)
    {
        switch (message.Type)
        {
            case 'P':
                Parse(message);
                break;
            case 'B':
                Bind(message);
                break;
            case 'D':
                Describe(message);
                break;
            case 'E':
                Execute(message);
                break;
            default:
                Close(message);
                break;
        }
    }

    /// <summary>The steps that belong together are over: portals live as long as their transaction.</summary>
    public void End()
    {
        if (!session.Transaction.IsOpen) _portals.Clear();
    }

    /// <summary>A statement in one message takes the place of those without a name.</summary>
    public void Forget()
    {
        _statements.Remove(Unnamed);
        _portals.Remove(Unnamed);
    }

    private void Parse(WireMessage message)
    {
        var (name, statements) = (message.Text(), SqlStatement.Read(message.Text()));
        var types = message.Int16();
        for (var i = 0; i < types; i++)
        {
            if (message.Int32() is var type && !ParameterTypes.Contains(type))
                throw new SqlProblem("0A000", $"a parameter is a text, not of type {type}");
        }
        if (statements.Count > 1) throw new SqlProblem("42601", $"expected 1 statement, but found {statements.Count}");
        if (name != Unnamed && _statements.ContainsKey(name))
            throw new SqlProblem("42P05", $"prepared statement \"{name}\" already exists");
        if (_statements.Count >= WireLimits.Statements) throw new SqlProblem("53400", "there are too many prepared statements");
        var statement = statements.FirstOrDefault();
        if (statement?.Problem is not null) session.Run(statement, []);
        _statements[name] = statement;
        writer.Parsed();
    }

    private void Bind(WireMessage message)
    {
        var (name, statement) = (message.Text(), Statement(message.Text()));
        foreach (var format in message.Int16s()) CheckFormat(format);
        var parameters = new string?[message.Int16()];
        for (var i = 0; i < parameters.Length; i++) parameters[i] = message.Value();
        var formats = message.Int16s();
        foreach (var format in formats) CheckFormat(format);
        var expected = statement?.Parameters ?? 0;
        if (parameters.Length != expected) throw new SqlProblem("08P01", $"expected {expected} arguments, got {parameters.Length}");
        if (name != Unnamed && _portals.ContainsKey(name)) throw new SqlProblem("42P03", $"portal \"{name}\" already exists");
        if (_portals.Count >= WireLimits.Statements) throw new SqlProblem("53400", "there are too many portals");
        _portals[name] = new WirePortal(statement, parameters, formats.FirstOrDefault());
        writer.Bound();
    }

    private void Describe(WireMessage message)
    {
        if (IsPortal(message))
        {
            var portal = Portal(message.Text());
            writer.Columns(portal.Statement?.Column, portal.Format);
            return;
        }
        var statement = Statement(message.Text());
        writer.Parameters(statement?.Parameters ?? 0);
        writer.Columns(statement?.Column, SqlColumn.TextFormat);
    }

    /// <summary>The most rows a client wants are not looked at: no result has more than one.</summary>
    private void Execute(WireMessage message)
    {
        var name = message.Text();
        var portal = Portal(name);
        if (portal.Statement is not { } statement)
        {
            writer.NothingAsked();
            return;
        }
        if (portal.IsDone) throw new SqlProblem("55000", $"portal \"{name}\" cannot be run anymore");
        portal.IsDone = true;
        writer.Result(statement.Column, session.Run(statement, portal.Parameters), portal.Format);
    }

    private void Close(WireMessage message)
    {
        if (IsPortal(message)) _portals.Remove(message.Text());
        else _statements.Remove(message.Text());
        writer.Closed();
    }

    private static bool IsPortal(WireMessage message) => (char)message.Byte() switch
    {
        'P' => true,
        'S' => false,
        _ => throw SqlProblem.Protocol("neither a statement nor a portal is named"),
    };

    private static void CheckFormat(int format)
    {
        if (format is not (SqlColumn.TextFormat or SqlColumn.BinaryFormat)) throw new SqlProblem("08P01", $"unknown format code: {format}");
    }

    private SqlStatement? Statement(string name) => _statements.TryGetValue(name, out var statement)
        ? statement
        : throw new SqlProblem("26000", $"unknown prepared statement \"{name}\"");

    private WirePortal Portal(string name) => _portals.TryGetValue(name, out var portal)
        ? portal
        : throw new SqlProblem("34000", $"unknown portal \"{name}\"");
}
