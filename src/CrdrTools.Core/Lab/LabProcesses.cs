using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace CrdrTools.Core.Lab;

/// <summary>One process of a lab, as the system shows it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Parent">Its parent's.</param>
/// <param name="Program">Its program, without the folder.</param>
/// <param name="Arguments">The program and what it was started with.</param>
/// <param name="Folder">Its working directory, where that may be seen.</param>
internal sealed record LabProcess(int Id, int Parent, string Program, IReadOnlyList<string> Arguments, string? Folder);

/// <summary>The processes that work in a lab's folder: told by what they were started on and where they are, never by a bare name.</summary>
internal static class LabProcesses
{
    private const int SigQuit = 3, SigKill = 9, SigTerm = 15, SigCont = 18, SigStop = 19;
    private const int NotPermitted = 1;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly string[] s_programs = ["postgres", "initdb", "pg_ctl", "pg_basebackup", "pg_rewind", "haproxy", "pgbouncer", "setpriv"];

    /// <summary>All that are there now, and whatever they have started.</summary>
    public static IReadOnlyList<LabProcess> In(string folder) => Of(All(), folder, Environment.ProcessId);

    /// <summary>Those of all processes that are the lab's; never this one.</summary>
    internal static IReadOnlyList<LabProcess> Of(IReadOnlyList<LabProcess> all, string folder, int self)
    {
        HashSet<int> ours = [.. all.Where(p => Works(p, folder)).Select(p => p.Id)];
        // Children come with their parents, whatever they are.
        for (int before = -1; before != ours.Count;)
        {
            before = ours.Count;
            ours.UnionWith(all.Where(p => ours.Contains(p.Parent)).Select(p => p.Id));
        }
        return [.. all.Where(p => ours.Contains(p.Id) && p.Id != self)];
    }

    /// <summary>The postmaster of a data directory among them.</summary>
    public static LabProcess? Postmaster(IReadOnlyList<LabProcess> ours, string data) =>
        ours.FirstOrDefault(p => p.Program == "postgres" && p.Arguments.Contains(data) && p.Arguments.Contains("-D"));

    /// <summary>The proxy that runs on a configuration among them.</summary>
    public static LabProcess? On(IReadOnlyList<LabProcess> ours, string configuration) => ours.FirstOrDefault(p => p.Arguments.Contains(configuration));

    /// <summary>
    /// Ends all of them, and returns how many were asked: servers, at once, which takes their children along. What has not gone by then is killed.
    /// </summary>
    public static async Task<int> EndAsync(string folder)
    {
        HashSet<int> asked = [], woken = [], killed = [];
        Stopwatch waited = Stopwatch.StartNew();
        for (; ; )
        {
            IReadOnlyList<LabProcess> left = In(folder);
            if (left.Count == 0) return asked.Count;
            HashSet<int> here = [.. left.Select(p => p.Id)];
            foreach (LabProcess process in left)
            {
                if (waited.Elapsed > s_patience && killed.Add(process.Id)) Send(process, SigKill);
                // A server's children are the server's to end; those that have lost it are asked themselves. What sleeps must wake up to hear it.
                else if (!here.Contains(process.Parent) && asked.Add(process.Id)) Send(process, process.Program == "postgres" ? SigQuit : SigTerm);
                if (woken.Add(process.Id)) Send(process, SigCont);
            }
            if (waited.Elapsed > 2 * s_patience)
            {
                throw new CrdrException(CrdrErrorKind.Timeout, "LabNotDown",
                    $"In {folder} still run: {string.Join(", ", left.Select(p => $"{p.Program} (process {p.Id})"))}. Nothing was deleted.");
            }
            await Task.Delay(10).ConfigureAwait(false);
        }
    }

    /// <summary>A server and all that it has started, killed at once, or stopped in their tracks: as a machine is lost.</summary>
    public static void Break(string folder, string data, bool hangs) => SendAll(folder, data, hangs ? SigStop : SigKill);

    /// <summary>What was stopped in its tracks goes on.</summary>
    public static void Wake(string folder, string data) => SendAll(folder, data, SigCont);

    private static void SendAll(string folder, string data, int signal)
    {
        IReadOnlyList<LabProcess> ours = In(folder);
        if (Postmaster(ours, data) is not { } server) return;
        // The server first, so that it starts nothing more; one that lost its server is still the server's.
        Send(server, signal);
        foreach (LabProcess child in ours.Where(p => p.Parent == server.Id)) Send(child, signal);
    }

    /// <summary>Whether a process has ended, and its parent has not asked how.</summary>
    public static bool IsUnburied(int id)
    {
        try
        {
            return State(File.ReadAllText($"/proc/{id}/stat"))[0] == "Z";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool Works(LabProcess process, string folder) =>
        s_programs.Contains(process.Program) ? process.Arguments.Any(a => LabFolder.Holds(folder, a)) || InFolder(process, folder)
            // A server's child shows a title instead of its arguments.
            : process.Program.StartsWith("postgres:", StringComparison.Ordinal) ? InFolder(process, folder)
            // What pg_ctl starts a server with, for the moment before it is one.
            : process.Program is "sh" && process.Arguments is [_, "-c", { } line] && line.StartsWith("exec \"", StringComparison.Ordinal)
                && line.Contains($"/postgres\" -D \"{folder}/");

    private static bool InFolder(LabProcess process, string folder) => process.Folder is { } at && LabFolder.Holds(folder, at);

    private static List<LabProcess> All()
    {
        List<LabProcess> all = [];
        foreach (string entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out int id) && Read(entry, id) is { } process) all.Add(process);
        }
        return all;
    }

    /// <summary>One that has ended, or ended already and was not buried, is none.</summary>
    private static LabProcess? Read(string entry, int id)
    {
        try
        {
            string[] rest = State(File.ReadAllText(entry + "/stat"));
            if (rest[0] is "Z" or "X") return null;
            string[] arguments = File.ReadAllText(entry + "/cmdline").TrimEnd('\0').Split('\0');
            if (arguments[0].Length == 0) return null;
            bool titled = arguments[0].StartsWith("postgres:", StringComparison.Ordinal);
            string program = titled ? "postgres:" : Path.GetFileName(arguments[0]);
            // Only of those that it says something about.
            string? folder = titled || program == "postgres" ? Where(entry) : null;
            return new(id, int.Parse(rest[1], CultureInfo.InvariantCulture), program, arguments, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What follows the program's name, which may hold anything.</summary>
    private static string[] State(string stat) => stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

    private static string? Where(string entry)
    {
        try
        {
            return new FileInfo(entry + "/cwd").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Send(LabProcess process, int signal)
    {
        if (Kill(process.Id, signal) != 0 && Marshal.GetLastPInvokeError() == NotPermitted)
        {
            throw new CrdrException(CrdrErrorKind.PermissionDenied, "LabNotYours", $"{process.Program} (process {process.Id}) belongs to another user.",
                "Take the lab down as the user who has set it up, or as root.");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
