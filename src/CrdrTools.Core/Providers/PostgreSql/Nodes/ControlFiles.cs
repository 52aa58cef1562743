using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>
/// Reads <c>global/pg_control</c>. Its fields up to the newest checkpoint are the same in PostgreSQL 12 to 18; where it ends is not, and that is
/// where its checksum is: a torn read or a layout that is not known here is never believed.
/// </summary>
internal static class ControlFiles
{
    private static readonly string[] s_states =
        ["starting up", "shut down", "shut down in recovery", "shutting down", "in crash recovery", "in archive recovery", "in production"];

    /// <summary>What the bytes of a control file say; <see langword="null"/>: torn, damaged, or of a layout that is not known here.</summary>
    public static ControlFile? Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 12) return null;
        int end = BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) switch
        {
            1201 or 1300 => 288,    // PostgreSQL 12; 13 to 17
            1800 => 292,            // 18: one flag more
            _ => 0,
        };
        if (!BitConverter.IsLittleEndian || end == 0 || file.Length < end + 4) return null;
        if (Checksum(file[..end]) != BinaryPrimitives.ReadUInt32LittleEndian(file[end..])) return null;
        uint state = BinaryPrimitives.ReadUInt32LittleEndian(file[16..]);
        return state >= s_states.Length ? null : new()
        {
            SystemIdentifier = BinaryPrimitives.ReadUInt64LittleEndian(file),
            State = s_states[state],
            Checkpoint = new(BinaryPrimitives.ReadUInt64LittleEndian(file[32..])),
            Redo = new(BinaryPrimitives.ReadUInt64LittleEndian(file[40..])),
            Timeline = BinaryPrimitives.ReadUInt32LittleEndian(file[48..]),
            MinimumRecoveryEnd = new(BinaryPrimitives.ReadUInt64LittleEndian(file[136..])),
            MinimumRecoveryTimeline = BinaryPrimitives.ReadUInt32LittleEndian(file[144..]),
            SegmentSize = BinaryPrimitives.ReadUInt32LittleEndian(file[228..]),
        };
    }

    /// <summary>The same from what <c>pg_controldata</c> prints, unlocalised; <see langword="null"/> where that is not complete or warns of a wrong checksum.</summary>
    public static ControlFile? Parse(string printed)
    {
        Dictionary<string, string> said = [];
        foreach (string line in printed.Split('\n'))
        {
            if (line.StartsWith("WARNING", StringComparison.Ordinal)) return null;
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon > 0) said[line[..colon].Trim()] = line[(colon + 2)..].Trim();
        }
        return said.GetValueOrDefault("Database cluster state") is { } state && s_states.Contains(state)
            && ulong.TryParse(said.GetValueOrDefault("Database system identifier"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong identifier)
            && NpgsqlLogSequenceNumber.TryParse(said.GetValueOrDefault("Latest checkpoint location") ?? "", out NpgsqlLogSequenceNumber checkpoint)
            && Number(said, "Latest checkpoint's TimeLineID") is { } timeline
            && NpgsqlLogSequenceNumber.TryParse(said.GetValueOrDefault("Minimum recovery ending location") ?? "", out NpgsqlLogSequenceNumber minimum)
            ? new()
            {
                SystemIdentifier = identifier, State = state, Checkpoint = checkpoint, Redo = NpgsqlLogSequenceNumber.TryParse(said.GetValueOrDefault("Latest checkpoint's REDO location") ?? "", out NpgsqlLogSequenceNumber redo) ? redo : checkpoint, Timeline = timeline, MinimumRecoveryEnd = minimum,
                MinimumRecoveryTimeline = Number(said, "Min recovery ending loc's timeline") ?? 0, SegmentSize = Number(said, "Bytes per WAL segment") ?? 0,
            }
            : null;
    }

    /// <summary>CRC-32C, as PostgreSQL computes it.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint checksum = uint.MaxValue;
        foreach (byte b in bytes) checksum = BitOperations.Crc32C(checksum, b);
        return ~checksum;
    }

    private static uint? Number(Dictionary<string, string> said, string name) =>
        uint.TryParse(said.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;
}
