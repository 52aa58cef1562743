using System.ComponentModel;
using System.Diagnostics;
using CrdrTools.Tests.Conventions;

namespace CrdrTools.Tests;

/// <summary>Every third suite: three run at a time.</summary>
public sealed class PesterTests
{
    public static TheoryData<string> Suites() => PesterSuite.Every(3, from: 0);

    [PesterTheory]
    [MemberData(nameof(Suites))]
    public Task Suite_passes(string suite) => PesterSuite.RunAsync(suite);
}

/// <summary>The others.</summary>
public sealed class MorePesterTests
{
    public static TheoryData<string> Suites() => PesterSuite.Every(3, from: 1);

    [PesterTheory]
    [MemberData(nameof(Suites))]
    public Task Suite_passes(string suite) => PesterSuite.RunAsync(suite);
}

/// <summary>The rest.</summary>
public sealed class LastPesterTests
{
    public static TheoryData<string> Suites() => PesterSuite.Every(3, from: 2);

    [PesterTheory]
    [MemberData(nameof(Suites))]
    public Task Suite_passes(string suite) => PesterSuite.RunAsync(suite);
}

/// <summary>The black-box suites of tests/Pester, each in a PowerShell of its own.</summary>
internal static class PesterSuite
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    public static TheoryData<string> Every(int step, int from)
    {
        TheoryData<string> suites = [];
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Root, "tests", "Pester"), "*.Tests.ps1").Order(StringComparer.Ordinal).Where((_, i) => i % step == from))
            suites.Add(Path.GetFileName(file));
        return suites;
    }

    public static async Task RunAsync(string suite)
    {
        string totals = Path.Combine(Repository.Root, "TestResults", "pester", Path.ChangeExtension(Path.ChangeExtension(suite, null), "json"));
        Directory.CreateDirectory(Path.GetDirectoryName(totals)!);
        File.Delete(totals);
        ProcessStartInfo start = new("pwsh") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string argument in new[]
        {
            "-NoProfile", "-NonInteractive", "-File", Path.Combine(Repository.Root, "tests", "Pester", "Invoke-Suite.ps1"),
            "-Path", Path.Combine(Repository.Root, "tests", "Pester", suite), "-Totals", totals,
        }) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = new(s_limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{suite} had not ended after {s_limit.TotalMinutes} minutes.\n{await output}\n{await errors}");
        }
        Assert.True(process.ExitCode == 0 && File.Exists(totals), $"{suite} ended with {process.ExitCode}.\n{await output}\n{await errors}");
    }
}

/// <summary>Skipped, and says why, where there is no PowerShell with Pester 5.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PesterTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<string?> s_missing = new(Missing);

    public PesterTheoryAttribute() => Skip = s_missing.Value;

    private static string? Missing()
    {
        const string skipped = "Skipped: the Pester suites need PowerShell 7 (pwsh) with Pester 5 or later on the path";
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("pwsh")
            {
                ArgumentList = { "-NoProfile", "-NonInteractive", "-Command", "(Get-Module Pester -ListAvailable | Sort-Object Version | Select-Object -Last 1).Version.Major" },
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            _ = process.StandardError.ReadToEndAsync();
            string major = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return int.TryParse(major, out int version) && version >= 5 ? null
                : $"{skipped}; pwsh is there, {(major.Length == 0 ? "Pester is not" : $"Pester is {major}")}.";
        }
        catch (Win32Exception)
        {
            return $"{skipped}; there is no pwsh.";
        }
    }
}
