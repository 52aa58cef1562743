using CrdrTools.Core.Lab;

namespace CrdrTools.IntegrationTests.Lab;

/// <summary>Which processes are a lab's; no other may be ended with it.</summary>
public class LabProcessesTests
{
    private const string Folder = "/tmp/lab";

    [Fact]
    public void Servers_their_programs_and_what_they_started_are_the_labs()
    {
        Assert.Equal([10, 11, 12, 13, 14, 15, 16, 17], Ours(
            One(10, 1, "/usr/lib/postgresql/15/bin/postgres", "-D", "/tmp/lab/a/data"),
            One(11, 10, "postgres: a: walwriter "),
            One(12, 11, "sh", "-c", "cp this there"),
            One(13, 1, "/usr/lib/postgresql/15/bin/initdb", "-D", "/tmp/lab/b/data"),
            One(14, 1, "sh", "-c", "exec \"/usr/lib/postgresql/15/bin/postgres\" -D \"/tmp/lab/b/data\" < \"/dev/null\" >> \"/tmp/lab/b/postgresql.log\" 2>&1"),
            One(15, 1, "haproxy", "-D", "-f", "/tmp/lab/haproxy/haproxy.cfg"),
            One(16, 1, "setpriv", "--reuid=postgres", "--", "/usr/lib/postgresql/15/bin/pg_basebackup", "-D", "/tmp/lab/b/data"),
            One(17, 1, "postgres: b: app app 127.0.0.1(4711) SELECT ") with { Folder = "/tmp/lab/b/data" }));
    }

    [Fact]
    public void Nobody_elses_are()
    {
        Assert.Empty(Ours(
            One(10, 1, "/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/15/main"),
            One(11, 10, "postgres: 15/main: walwriter ") with { Folder = "/var/lib/postgresql/15/main" },
            One(12, 1, "/usr/lib/postgresql/15/bin/postgres", "-D", "/tmp/lab2/a/data") with { Folder = "/tmp/lab2/a/data" },
            One(13, 1, "tail", "-f", "/tmp/lab/a/postgresql.log"),
            One(14, 1, "bash", "-c", "crdr lab down --folder /tmp/lab"),
            One(15, 1, "vi", "/tmp/lab/a/data/postgresql.conf"),
            One(16, 1, "psql", "-h", "/tmp/lab/run"),
            One(17, 1, "dotnet", "crdr.dll", "lab", "up", "--folder", "/tmp/lab")));
    }

    [Fact]
    public void The_process_that_looks_is_never_among_them() =>
        Assert.Equal([10], LabProcesses.Of([One(10, 1, "postgres", "-D", "/tmp/lab/a/data"), One(11, 10, "dotnet", "crdr.dll", "lab", "down")], Folder,
            self: 11).Select(p => p.Id));

    private static IEnumerable<int> Ours(params LabProcess[] all) => LabProcesses.Of(all, Folder, self: 1).Select(p => p.Id);

    private static LabProcess One(int id, int parent, params string[] arguments) =>
        new(id, parent, arguments[0].StartsWith("postgres:", StringComparison.Ordinal) ? "postgres:" : Path.GetFileName(arguments[0]), arguments, null);
}
