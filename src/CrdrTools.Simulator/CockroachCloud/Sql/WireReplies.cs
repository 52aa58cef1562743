namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>The server's messages.</summary>
internal static class WireReplies
{
    public static void EncryptionDeclined(this WireWriter w) => w.Byte((byte)'N');

    public static void AskForPassword(this WireWriter w) => w.Begin('R').Int32(3).End();

    public static void Welcome(this WireWriter w, IReadOnlyList<KeyValuePair<string, string>> variables)
    {
        w.Begin('R').Int32(0).End();
        foreach (var variable in variables) w.Begin('S').Text(variable.Key).Text(variable.Value).End();
        // What a client sends to cancel a statement. No statement lasts long enough.
        w.Begin('K').Int32(1).Int32(1).End();
    }

    /// <param name="w">The writer.</param>
    /// <param name="status"><c>I</c>, or within a transaction <c>T</c>, within one that has failed <c>E</c>.</param>
    public static void Ready(this WireWriter w, char status) => w.Begin('Z').Byte((byte)status).End();

    public static void Error(this WireWriter w, SqlProblem problem)
    {
        var severity = problem.Fatal ? "FATAL" : "ERROR";
        w.Begin('E').Field('S', severity).Field('V', severity).Field('C', problem.Code).Field('M', problem.Message);
        if (problem.Hint is { } hint) w.Field('H', hint);
        w.Byte(0).End();
    }

    public static void Columns(this WireWriter w, SqlColumn? column, int format)
    {
        if (column is null) w.Begin('n').End();
        else
        {
            w.Begin('T').Int16(1).Text(column.Name).Int32(0).Int16(0);
            w.Int32(column.TypeId).Int16(column.Size).Int32(-1).Int16(format).End();
        }
    }

    /// <summary>The row of a result, if it has one, and its end.</summary>
    public static void Result(this WireWriter w, SqlColumn? column, SqlReply reply, int format)
    {
        if (column is not null && reply.Value is { } value)
        {
            var bytes = column.Bytes(value, format);
            w.Begin('D').Int16(1).Int32(bytes.Length).Raw(bytes).End();
        }
        w.Begin('C').Text(reply.Tag).End();
    }

    public static void Parameters(this WireWriter w, int count)
    {
        w.Begin('t').Int16(count);
        for (var i = 0; i < count; i++) w.Int32(SqlColumn.TextType);
        w.End();
    }

    public static void NothingAsked(this WireWriter w) => w.Begin('I').End();

    public static void Parsed(this WireWriter w) => w.Begin('1').End();

    public static void Bound(this WireWriter w) => w.Begin('2').End();

    public static void Closed(this WireWriter w) => w.Begin('3').End();

    private static WireWriter Field(this WireWriter w, char name, string text) => w.Byte((byte)name).Text(text.Replace("\0", ""));
}
