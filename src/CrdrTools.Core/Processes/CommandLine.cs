using System.Diagnostics;
using System.Text;

namespace CrdrTools.Core.Processes;

/// <summary>Hands arguments over one by one.</summary>
internal static class CommandLine
{
    public static void SetArguments(ProcessStartInfo start, IEnumerable<string> arguments)
    {
#if NET
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
#else
        start.Arguments = string.Join(" ", arguments.Select(Quote));
#endif
    }

    /// <summary>Quotes as the Windows C runtime reads it: backslashes count only before a quote.</summary>
    internal static string Quote(string argument)
    {
        if (argument.Length > 0 && argument.IndexOfAny([' ', '\t', '\n', '\v', '"']) < 0) return argument;
        StringBuilder quoted = new("\"");
        int slashes = 0;
        foreach (char c in argument)
        {
            if (c == '\\')
            {
                slashes++;
                continue;
            }
            quoted.Append('\\', c == '"' ? (slashes * 2) + 1 : slashes).Append(c);
            slashes = 0;
        }
        return quoted.Append('\\', slashes * 2).Append('"').ToString();
    }
}
