using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary>
/// One operation: its method, its path and the vendor's name for it. In the path, a part in capitals stands for any value.
/// </summary>
internal sealed class AivenRoute(string method, string path, string kind, Func<AivenCall, HttpReply> answer)
{
    private readonly string[] _parts = path.Split('/');

    public string Method { get; } = method;
    public string Kind { get; } = kind;
    public Func<AivenCall, HttpReply> Answer { get; } = answer;

    /// <summary>Whether the parts after <c>/v1</c> are this route's path.</summary>
    public bool Fits(string[] parts)
    {
        if (parts.Length != _parts.Length + 1) return false;
        for (var i = 0; i < _parts.Length; i++)
        {
            if (!IsPlaceholder(_parts[i]) && _parts[i] != parts[i + 1]) return false;
        }
        return true;
    }

    private static bool IsPlaceholder(string part) => part[0] is >= 'A' and <= 'Z';
}
