using System.Text;

namespace CrdrTools.Core.Lab;

/// <summary>What the servers of a lab are configured with.</summary>
internal static class LabTexts
{
    public const string Hba = """
        # Everybody on this machine: a lab has no secrets.
        local all         all              trust
        local replication all              trust
        host  all         all 127.0.0.1/32 trust
        host  replication all 127.0.0.1/32 trust

        """;

    /// <summary>
    /// The same on all nodes, for a base backup and <c>pg_rewind</c> copy it; what is a node's own comes from beside the data directory.
    /// </summary>
    public static string Common(LabOptions options)
    {
        StringBuilder text = new("""

            # crdr lab
            listen_addresses = '127.0.0.1'
            wal_level = replica
            wal_log_hints = on
            hot_standby = on
            max_wal_senders = 10
            max_replication_slots = 10
            wal_keep_size = 64MB
            wal_retrieve_retry_interval = 100ms
            logging_collector = off
            log_line_prefix = '%m [%p] %q%a '

            """);
        // Full pages are written all the same: pg_rewind asks for them.
        if (options.Fast) text.Append("fsync = off\nshared_buffers = 16MB\n");
        foreach ((string name, string value) in options.ExtraSettings) text.Append($"{name} = {Quoted(value)}\n");
        return text.Append("include '../node.conf'\n").ToString();
    }

    /// <summary>A node's own.</summary>
    public static string Node(LabNode node, string sockets) => $"""
        # What is this node's alone. It is kept outside of the data directory, which is copied from node to node.
        port = {node.Port}
        cluster_name = {Quoted(node.Name)}
        unix_socket_directories = {Quoted(sockets)}

        """;

    /// <summary>The first server takes all; the second is there, and out of the way.</summary>
    public static string HAProxy(LabHAProxy proxy, LabNode primary, LabNode recovery) => $"""
        global
            maxconn 1000
            stats socket {proxy.Socket} mode 600 level admin
            server-state-file {proxy.StateFile}
        defaults
            mode tcp
            retries 0
            timeout connect 1s
            timeout client 1h
            timeout server 1h
            timeout queue 5s
            timeout check 1s
            load-server-state-from-file global
        frontend clients
            bind 127.0.0.1:{proxy.Port}
            default_backend {proxy.Backend}
        backend {proxy.Backend}
            server {primary.Name} 127.0.0.1:{primary.Port}
            server {recovery.Name} 127.0.0.1:{recovery.Port} disabled

        """;

    /// <summary>In transaction mode, so that a pause lets no transaction be cut.</summary>
    public static string PgBouncer(LabPgBouncer bouncer, int to, string users, string pidFile) => $"""
        [databases]
        {LabNames.App} = host=127.0.0.1 port={to} dbname={LabNames.App}

        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {bouncer.Port}
        unix_socket_dir =
        auth_type = trust
        auth_file = {users}
        admin_users = {LabNames.Operator}
        pool_mode = transaction
        max_client_conn = 500
        server_login_retry = 0.05
        server_check_delay = 0
        ignore_startup_parameters = extra_float_digits
        pidfile = {pidFile}
        logfile = {bouncer.Log}

        """;

    public const string PgBouncerUsers = $"\"{LabNames.App}\" \"\"\n\"{LabNames.Operator}\" \"\"\n";

    private static string Quoted(string value) => $"'{value.Replace("'", "''")}'";
}
