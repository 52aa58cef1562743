using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">0 is a success.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Errors">What it complained of.</param>
internal sealed record ProgramEnd(int ExitCode, string Output, string Errors);

/// <summary>
/// PostgreSQL's own programs, from one folder. They refuse root: run by root they are run as the owner of the data directory.
/// </summary>
/// <param name="folder">Where <c>postgres</c>, <c>pg_rewind</c> and the others are.</param>
internal sealed class PostgresPrograms(string folder)
{
    /// <summary>Where they are.</summary>
    public string Folder => folder;

    /// <summary>The newest that are installed: beside a <c>postgres</c> on the path, or where the packages of Debian and Red Hat put them.</summary>
    public static PostgresPrograms? Find()
    {
        IEnumerable<string> onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(f => f.Length > 0);
        IEnumerable<string> packaged = new[] { "/usr/lib/postgresql", "/usr" }.Where(Directory.Exists).SelectMany(Directory.GetDirectories)
            .Where(d => d.StartsWith("/usr/lib/postgresql/", StringComparison.Ordinal) || Path.GetFileName(d).StartsWith("pgsql-", StringComparison.Ordinal))
            .OrderByDescending(d => double.TryParse(Path.GetFileName(d).Replace("pgsql-", ""), System.Globalization.CultureInfo.InvariantCulture, out double release) ? release : 0)
            .Select(d => Path.Combine(d, "bin"));
        return packaged.Concat(onPath).FirstOrDefault(f => File.Exists(Path.Combine(f, Name("postgres"))) && File.Exists(Path.Combine(f, Name("initdb")))) is { } found ? new(found) : null;
    }

    /// <summary>
    /// How a program is started; where root starts it, as <paramref name="owner"/>: a user's name, or numbers as <c>uid:gid</c>. With its groups, for a
    /// server may need them to read its key, and its home, for that is where libpq looks for a password file.
    /// </summary>
    public ProcessStartInfo For(string program, string? owner, IEnumerable<string> arguments)
    {
        string path = Path.Combine(folder, Name(program));
        ProcessStartInfo start = new() { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = Path.GetPathRoot(Path.GetFullPath(folder))! };
        if (owner is not null && Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
        {
            start.FileName = "setpriv";
            string[] account = owner.Split(':');
            string? home = Home(account[0]);
            if (home is not null) start.Environment["HOME"] = home;
            foreach (string argument in new[] { $"--reuid={account[0]}", $"--regid={account[^1]}", home is null ? "--clear-groups" : "--init-groups", "--", path })
                start.ArgumentList.Add(argument);
        }
        else
        {
            start.FileName = path;
        }
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>Runs a program to its end. What it prints on the way goes to <paramref name="heard"/> too.</summary>
    public async Task<ProgramEnd> RunAsync(string program, string? owner, IEnumerable<string> arguments, TimeSpan limit, Action<string>? heard, CancellationToken ct,
        string? password = null)
    {
        ProcessStartInfo start = For(program, owner, arguments);
        start.Environment["LC_ALL"] = "C";
        if (password is not null) start.Environment["PGPASSWORD"] = password;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = new() { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CrdrException(CrdrErrorKind.NotFound, "ProgramMissing", $"{program} could not be started: {e.Message}");
        }
        process.StandardInput.Close();
        using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(ct);
        time.CancelAfter(limit);
        try
        {
            Task<string> output = ReadAsync(process.StandardOutput, heard), errors = ReadAsync(process.StandardError, heard);
            await process.WaitForExitAsync(time.Token).ConfigureAwait(false);
            return new(process.ExitCode, await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            throw new CrdrException(CrdrErrorKind.Timeout, "ProgramTimeout", $"{program} has not ended within {limit.TotalSeconds:0} s, and was ended.");
        }
    }

    private static async Task<string> ReadAsync(StreamReader from, Action<string>? heard)
    {
        System.Text.StringBuilder all = new();
        while (await from.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            all.AppendLine(line);
            heard?.Invoke(line);
        }
        return all.ToString();
    }

    /// <summary>The home of a user (name or number) of this machine's own list.</summary>
    private static string? Home(string user)
    {
        const string Users = "/etc/passwd";
        return !File.Exists(Users) ? null
            : File.ReadLines(Users).Select(l => l.Split(':')).FirstOrDefault(f => f.Length > 5 && (f[0] == user || f[2] == user))?[5];
    }

    private static string Name(string program) => RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? program + ".exe" : program;
}
