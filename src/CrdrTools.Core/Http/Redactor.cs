using System.Text.RegularExpressions;

namespace CrdrTools.Core.Http;

/// <summary>Takes secrets out of whatever is about to be shown, thrown or written.</summary>
public sealed class Redactor
{
    private readonly string[] _secrets;

    /// <summary>Knows the secrets to look for; those under four characters are too common to replace.</summary>
    public Redactor(params string?[] secrets) =>
        _secrets = secrets.OfType<string>().Where(s => s.Length >= 4).Distinct()
            .SelectMany(s => new[] { s, Uri.EscapeDataString(s) }).Distinct().ToArray();

    /// <summary>The text without secrets and without passwords in addresses.</summary>
    public string Clean(string text)
    {
        foreach (string secret in _secrets) text = text.Replace(secret, "***");
        return Pattern.Credentials.Replace(text, "***");
    }

    /// <summary>Built when something is first cleaned: most calls clean nothing.</summary>
    private static class Pattern
    {
        // A password before an @; one that was cut off before its @ (a port is none); a field named password.
        public static readonly Regex Credentials = new(
            @"(?<=://[^/\s:@""]*:)[^@\s/]+(?=@)|(?<=://[^/\s:@""]*:)(?!\d{1,5}(?![\w@:-]))[^@\s/""]+|(?<=""password""\s*:\s*"")[^""]*", RegexOptions.CultureInvariant);
    }
}
