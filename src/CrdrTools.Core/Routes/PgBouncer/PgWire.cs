using System.Security.Cryptography;
using System.Text;

namespace CrdrTools.Core.Routes.PgBouncer;

/// <summary>One answer to a command: what it was, and its rows by column name.</summary>
internal sealed record PgReply(string Tag, IReadOnlyList<PgRow> Rows);

/// <summary>One row. Versions differ in which columns there are: what is not there is <see langword="null"/>.</summary>
internal sealed class PgRow(IReadOnlyDictionary<string, string?> values)
{
    public string? this[string column] => values.Get(column);

    public int? Number(string column) => int.TryParse(this[column], out int number) ? number : null;
}

/// <summary>Pure: the few messages of PostgreSQL's protocol 3.0 that an admin console speaks.</summary>
internal static class PgWire
{
    /// <summary>More than any answer of an admin console.</summary>
    public const int LongestMessage = 16 * 1024 * 1024;

    private static readonly UTF8Encoding s_text = new(false);

    public static byte[] Startup(string user, string database) =>
        Framed(null, [.. Int32(196608), .. Zero("user"), .. Zero(user), .. Zero("database"), .. Zero(database), .. Zero("application_name"), .. Zero("crdrtools"), 0]);

    public static byte[] Query(string command) => Framed('Q', Zero(command));

    public static byte[] Password(string password) => Framed('p', Zero(password));

    public static byte[] Terminate() => Framed('X', []);

    public static byte[] SaslFirst(string mechanism, string message)
    {
        byte[] first = s_text.GetBytes(message);
        return Framed('p', [.. Zero(mechanism), .. Int32(first.Length), .. first]);
    }

    public static byte[] SaslNext(string message) => Framed('p', s_text.GetBytes(message));

    /// <summary>What the server wants for md5: the hash of the hash of password and user, and of the salt.</summary>
    public static string Md5(string user, string password, byte[] salt)
    {
        using MD5 md5 = MD5.Create();
        string inner = Hex(md5.ComputeHash(s_text.GetBytes(password + user)));
        return "md5" + Hex(md5.ComputeHash([.. s_text.GetBytes(inner), .. salt]));
    }

    public static IReadOnlyList<string> Columns(byte[] body)
    {
        List<string> names = [];
        int at = 2;
        for (int i = Int16At(body, 0); i > 0; i--)
        {
            names.Add(ZeroAt(body, ref at));
            at += 18;
        }
        return names;
    }

    public static PgRow Row(IReadOnlyList<string> columns, byte[] body)
    {
        Dictionary<string, string?> values = [];
        int at = 2;
        for (int i = 0; i < Int16At(body, 0); i++)
        {
            int length = Int32At(body, at);
            at += 4;
            values[columns[i]] = length < 0 ? null : s_text.GetString(body, at, length);
            at += Math.Max(0, length);
        }
        return new PgRow(values);
    }

    /// <summary>Code and message of an error.</summary>
    public static (string Code, string Message) Error(byte[] body)
    {
        string code = "", message = "";
        for (int at = 0; at < body.Length && body[at] != 0;)
        {
            char field = (char)body[at++];
            string value = ZeroAt(body, ref at);
            if (field == 'C') code = value;
            else if (field == 'M') message = value;
        }
        return (code, message);
    }

    public static IReadOnlyList<string> Strings(byte[] body, int at)
    {
        List<string> strings = [];
        while (at < body.Length && body[at] != 0) strings.Add(ZeroAt(body, ref at));
        return strings;
    }

    public static string Tag(byte[] body)
    {
        int at = 0;
        return ZeroAt(body, ref at);
    }

    public static string Text(byte[] body, int at) => s_text.GetString(body, at, body.Length - at);

    public static int Int32At(byte[] bytes, int at) => (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];

    private static int Int16At(byte[] bytes, int at) => (bytes[at] << 8) | bytes[at + 1];

    private static string ZeroAt(byte[] bytes, ref int at)
    {
        int end = Array.IndexOf(bytes, (byte)0, at);
        if (end < 0) throw new IndexOutOfRangeException("a text without its end");
        string text = s_text.GetString(bytes, at, end - at);
        at = end + 1;
        return text;
    }

    private static byte[] Framed(char? type, byte[] body) =>
        type is { } t ? [(byte)t, .. Int32(body.Length + 4), .. body] : [.. Int32(body.Length + 4), .. body];

    private static byte[] Int32(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static byte[] Zero(string text) => [.. s_text.GetBytes(text), 0];

    private static string Hex(byte[] bytes) => string.Concat(bytes.Select(b => b.ToString("x2")));
}
