using System.Text;

namespace CrdrTools.Simulator.Loopback;

/// <summary>Bytes read from the client and not used yet. At most one read is under way at any time.</summary>
internal sealed class ReadBuffer(Stream stream)
{
    private byte[] _bytes = new byte[4096];
    private int _start;
    private int _end;
    private Task<bool>? _filling;

    public int Count => _end - _start;

    public byte this[int index] => _bytes[_start + index];

    /// <summary>Reads more; false when the client has closed its side. A read begun earlier is joined, not doubled.</summary>
    public Task<bool> FillAsync()
    {
        if (_filling is { IsCompleted: false }) return _filling;
        return _filling = ReadAsync();
    }

    public void Skip(int count) => _start += count;

    public string TakeText(int count)
    {
        var text = Encoding.UTF8.GetString(_bytes, _start, count);
        _start += count;
        return text;
    }

    public void CopyTo(byte[] target, int offset, int count)
    {
        Buffer.BlockCopy(_bytes, _start, target, offset, count);
        _start += count;
    }

    /// <summary>The length of the text before the next line end, or -1 when the line is not complete yet.</summary>
    public int LineLength(int from)
    {
        var found = Array.IndexOf(_bytes, (byte)'\n', _start + from, Count - from);
        return found < 0 ? -1 : found - _start;
    }

    private async Task<bool> ReadAsync()
    {
        MakeRoom();
        var read = await stream.ReadAsync(_bytes, _end, _bytes.Length - _end).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }

    private void MakeRoom()
    {
        if (_start == _end) _start = _end = 0;
        if (_end < _bytes.Length) return;
        var target = Count > _bytes.Length / 2 ? new byte[_bytes.Length * 2] : _bytes;
        Buffer.BlockCopy(_bytes, _start, target, 0, Count);
        (_end, _start, _bytes) = (Count, 0, target);
    }
}
