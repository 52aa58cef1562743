using System.Text.Json;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using Npgsql;

namespace CrdrTools.Core.Lab;

/// <summary>
/// A throw-away pair of PostgreSQL servers with streaming replication, or a set of three, on loopback ports under one folder, from the
/// programs that are installed. It outlives the process that sets it up.
/// </summary>
public static class PostgresLab
{
    private const string DescriptionFile = "lab.json";

    /// <summary>Sets one up and returns when every standby streams. Cancelled or failed, it leaves nothing behind.</summary>
    public static async Task<LabDescription> UpAsync(LabOptions options, Action<string>? tell = null, CancellationToken ct = default)
    {
        if (options.Complaint() is { } complaint) throw new CrdrException(CrdrErrorKind.InvalidInput, "LabOptionInvalid", complaint);
        Names.Require(options.PairName, "name of a pair");
        PostgresPrograms programs = Programs();
        string? haproxy = Needed(options, LabProxies.HAProxy, "haproxy"), pgbouncer = Needed(options, LabProxies.PgBouncer, "pgbouncer");
        LabOwner owner = LabOwner.Find();
        using LabFolder folder = LabFolder.Make(options.Folder ?? LabOptions.DefaultFolder, owner);
        try
        {
            await ReachableAsync(folder, owner, ct).ConfigureAwait(false);
            LabDescription lab = Draft(options, folder, programs, owner);
            Keep(lab, owner);
            return await new LabBuilder(lab, options, programs, owner, haproxy, pgbouncer, tell ?? (_ => { })).BuildAsync(ct).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await LabProcesses.EndAsync(folder.Path).ConfigureAwait(false);
            folder.Delete();
            if (e is PostgresException or NpgsqlException)
                throw new CrdrException(CrdrErrorKind.BadReply, "LabNodeTrouble",
                    $"A node of the lab did not do what was asked: {e.Message.TrimEnd('.')}. The lab was removed again.", null, e);
            throw;
        }
    }

    /// <summary>Ends a lab's processes, whole or in pieces, and deletes its folder. Refuses any other folder that is not empty; no folder is a success.</summary>
    public static async Task<LabEnd> DownAsync(string? folder = null)
    {
        CheckSystem();
        using LabFolder? held = LabFolder.Open(folder ?? LabOptions.DefaultFolder);
        if (held is null) return new(LabFolder.Real(folder ?? LabOptions.DefaultFolder), Existed: false, 0);
        int ended = await LabProcesses.EndAsync(held.Path).ConfigureAwait(false);
        held.Delete();
        return new(held.Path, Existed: true, ended);
    }

    /// <summary>Asks every node, all at once.</summary>
    public static Task<LabStatus> StatusAsync(string? folder = null, CancellationToken ct = default) => LabEyes.LookAsync(Read(folder), ct);

    /// <summary>The lab in a folder, as it was set up.</summary>
    public static LabDescription Read(string? folder = null)
    {
        CheckSystem();
        string real = LabFolder.Real(folder ?? LabOptions.DefaultFolder);
        LabOwner.Check(real);
        return TryRead(real) ?? throw (LabFolder.IsLab(real)
            ? new CrdrException(CrdrErrorKind.InvalidState, "LabInPieces", $"What is in {real} is not a whole lab.",
                $"Remove it with 'crdr lab down --folder {real}'.")
            : new CrdrException(CrdrErrorKind.NotFound, "LabNotFound", $"There is no lab in {real}.", "Make one with 'crdr lab up'."));
    }

    /// <summary>Whether a pair describes the lab in a folder, this one or one that was there before.</summary>
    public static bool Describes(CrdrPair pair, string? folder = null) => LabPair.IsOf(pair, LabFolder.Real(folder ?? LabOptions.DefaultFolder));

    /// <summary>Starts one node that is down, and returns when it takes connections.</summary>
    public static async Task StartNodeAsync(LabDescription lab, string node, CancellationToken ct = default) =>
        await LabNodes.StartAsync(lab, lab[node], new PostgresPrograms(lab.BinDirectory), ct).ConfigureAwait(false);

    internal static LabDescription? TryRead(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, DescriptionFile)), LabJson.Default.LabDescription);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CrdrException(CrdrErrorKind.PermissionDenied, "LabFolderDenied", $"The folder {folder}: {e.Message.TrimEnd('.')}.", null, e);
        }
    }

    internal static void Keep(LabDescription lab, LabOwner owner)
    {
        string path = Path.Combine(lab.Folder, DescriptionFile);
        Compat.ReplaceFile(path, JsonSerializer.Serialize(lab, LabJson.Indented.LabDescription) + "\n");
        owner.Give(path);
    }

    private static void CheckSystem()
    {
        if (!OperatingSystem.IsLinux())
            throw new CrdrException(CrdrErrorKind.InvalidInput, "LabNeedsLinux", "A lab is made on Linux only.",
                "In Windows, make it in the Windows Subsystem for Linux.");
    }

    private static PostgresPrograms Programs()
    {
        CheckSystem();
        return PostgresPrograms.Find() ?? throw new CrdrException(CrdrErrorKind.NotFound, "LabNeedsPostgres",
            "PostgreSQL's programs (postgres, initdb, pg_basebackup) are not installed.",
            "Install them: the package 'postgresql' of Debian and Ubuntu, 'postgresql-server' of Red Hat; or put their folder on the PATH.");
    }

    private static string? Needed(LabOptions options, LabProxies proxy, string program)
    {
        if (!options.Proxies.HasFlag(proxy)) return null;
        return LabProgram.Find(program)
            ?? throw new CrdrException(CrdrErrorKind.NotFound, $"LabNeeds{proxy}", $"{program} is not installed.",
                $"Install the package '{program}', or make the lab without it.");
    }

    /// <summary>Root can be where its servers cannot.</summary>
    private static async Task ReachableAsync(LabFolder folder, LabOwner owner, CancellationToken ct)
    {
        if (owner.Name is null) return;
        ProgramEnd end = await new PostgresPrograms("/usr/bin").RunAsync("test", owner.Name, ["-w", folder.Path], TimeSpan.FromSeconds(30), null,
            ct).ConfigureAwait(false);
        if (end.ExitCode != 0)
        {
            throw new CrdrException(CrdrErrorKind.InvalidInput, "LabFolderInvalid", $"The user {owner.Name}, whom the servers run as, cannot reach {folder.Path}.",
                "Give a folder whose parents all can be entered by others, such as one below /tmp or /var/tmp.");
        }
    }

    private static LabDescription Draft(LabOptions options, LabFolder folder, PostgresPrograms programs, LabOwner owner)
    {
        string[] names = ["a", "b", "c"];
        bool haproxy = options.Proxies.HasFlag(LabProxies.HAProxy), pgbouncer = options.Proxies.HasFlag(LabProxies.PgBouncer);
        Queue<int> ports = new(LabPorts.Take(options.BasePort, options.Nodes + (haproxy ? 1 : 0) + (pgbouncer ? 1 : 0)));
        LabDescription lab = new()
        {
            Folder = folder.Path, Since = DateTimeOffset.UtcNow, Owner = owner.Name, BinDirectory = programs.Folder, Synchronous = options.Synchronous,
            Nodes =
            [
                .. names.Take(options.Nodes).Select(n => new LabNode
                {
                    Name = n, Port = ports.Dequeue(), Role = n == names[0] ? "primary" : "standby", Data = folder.At(n, "data"),
                    Log = folder.At(n, "postgresql.log"),
                }),
            ],
            HAProxy = !haproxy ? null : new()
            {
                Port = ports.Dequeue(), Backend = LabNames.Backend, Config = folder.At("haproxy", "haproxy.cfg"), Socket = folder.At("haproxy", "admin.sock"),
                StateFile = folder.At("haproxy", "state"),
            },
            PgBouncer = !pgbouncer ? null : new()
            {
                Port = ports.Dequeue(), Config = folder.At("pgbouncer", "pgbouncer.ini"), Log = folder.At("pgbouncer", "pgbouncer.log"),
            },
        };
        return lab with { Pair = LabPair.Of(lab, options.PairName) };
    }
}
