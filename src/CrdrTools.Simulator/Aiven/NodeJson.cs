using System.Globalization;
using System.Text.Json;

namespace CrdrTools.Simulator.Aiven;

/// <summary>One entry of <c>node_states</c>, with the progress of a node that is being built.</summary>
internal static class NodeJson
{
    private const long BackupBytes = 10L * 1024 * 1024 * 1024;
    private const long WalBytes = 256L * 1024 * 1024;

    public static void Write(Utf8JsonWriter w, NodeView node, AivenService service)
    {
        w.WriteStartObject();
        w.WriteString("availability_zone", service.Cloud + "-" + (char)('a' + Number(node.Name) % 3));
        w.WriteString("name", node.Name);
        w.WriteStartArray("progress_updates");
        if (node.Progress is { } progress) WriteProgress(w, progress);
        w.WriteEndArray();
        if (node.Role is { } role) w.WriteString("role", role);
        w.WriteString("state", node.State);
        w.WriteEndObject();
    }

    /// <summary>First the base backup in bytes, then the stream by WAL position.</summary>
    private static void WriteProgress(Utf8JsonWriter w, double progress)
    {
        const double share = Transition.BaseBackupShare;
        var copied = Math.Min(1, progress / share);
        Phase(w, "prepare", progress > 0, null, null, null);
        Phase(w, "basebackup", copied >= 1, (long)(copied * BackupBytes), BackupBytes, "bytes_uncompressed");
        if (copied >= 1) Phase(w, "stream", progress >= 1, (long)((progress - share) / (1 - share) * WalBytes), WalBytes, "wal_lsn");
    }

    private static void Phase(Utf8JsonWriter w, string phase, bool completed, long? current, long? max, string? unit)
    {
        w.WriteStartObject();
        w.WriteBoolean("completed", completed);
        Number(w, "current", current);
        Number(w, "max", max);
        Number(w, "min", current is null ? null : 0);
        w.WriteString("phase", phase);
        w.WriteString("unit", unit);
        w.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter w, string name, long? value)
    {
        if (value is { } number) w.WriteNumber(name, number);
        else w.WriteNull(name);
    }

    private static int Number(string node) =>
        int.TryParse(node.Substring(node.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
}
