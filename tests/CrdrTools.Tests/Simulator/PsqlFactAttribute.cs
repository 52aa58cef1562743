using System.ComponentModel;
using System.Diagnostics;

namespace CrdrTools.Tests.Simulator;

/// <summary>Skipped, and says why, where there is no psql.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PsqlFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(Missing);

    public PsqlFactAttribute() => Skip = Reason.Value;

    private static string? Missing()
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("psql") { ArgumentList = { "--version" }, RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return null;
        }
        catch (Win32Exception)
        {
            return "Skipped: there is no psql on the path.";
        }
    }
}
