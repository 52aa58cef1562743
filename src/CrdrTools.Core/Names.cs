using System.Text.RegularExpressions;

namespace CrdrTools.Core;

/// <summary>Names become file names: only what is safe as one.</summary>
internal static class Names
{
    private static readonly Regex s_safe = new(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", RegexOptions.CultureInvariant);

    public static string Require(string? name, string what)
    {
        if (name is not null && s_safe.IsMatch(name)) return name;
        throw new CrdrException(CrdrErrorKind.InvalidInput, "InvalidName",
            $"'{name}' is no {what}: 1 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit.");
    }
}
