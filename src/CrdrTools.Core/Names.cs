namespace CrdrTools.Core;

/// <summary>Names become file names: only what is safe as one.</summary>
internal static class Names
{
    public static string Require(string? name, string what)
    {
        if (name is { Length: > 0 and <= 64 } && LetterOrDigit(name[0]) && name.All(c => LetterOrDigit(c) || c is '.' or '_' or '-')) return name;
        throw new CrdrException(CrdrErrorKind.InvalidInput, "InvalidName",
            $"'{name}' is no {what}: 1 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit.");
    }

    private static bool LetterOrDigit(char c) => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9';
}
