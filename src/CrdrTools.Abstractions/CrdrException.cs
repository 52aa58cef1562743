namespace CrdrTools;

/// <summary>What kind of trouble it is; heads translate it into their own categories.</summary>
public enum CrdrErrorKind
{
    /// <summary>The input is wrong.</summary>
    InvalidInput,
    /// <summary>The thing named does not exist.</summary>
    NotFound,
    /// <summary>The secret is missing or was not accepted.</summary>
    Authentication,
    /// <summary>The secret is good, but may not do this.</summary>
    PermissionDenied,
    /// <summary>Somebody else is at it.</summary>
    Busy,
    /// <summary>A guard says no.</summary>
    Refused,
    /// <summary>The state of things does not allow it.</summary>
    InvalidState,
    /// <summary>It could not be reached.</summary>
    Connection,
    /// <summary>Too many requests.</summary>
    RateLimited,
    /// <summary>The vendor has trouble of its own.</summary>
    Unavailable,
    /// <summary>The reply makes no sense.</summary>
    BadReply,
    /// <summary>It took too long.</summary>
    Timeout,
    /// <summary>Somebody stopped it.</summary>
    Stopped,
    /// <summary>A stored file is damaged.</summary>
    Damaged,
}

/// <summary>Any trouble this tool has words for.</summary>
public class CrdrException : Exception
{
    /// <summary>Makes one.</summary>
    public CrdrException(CrdrErrorKind kind, string errorId, string message, string? advice = null, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        ErrorId = errorId;
        Advice = advice;
    }

    /// <summary>What kind of trouble it is.</summary>
    public CrdrErrorKind Kind { get; }

    /// <summary>A stable name for this trouble, for scripts.</summary>
    public string ErrorId { get; }

    /// <summary>What to do about it.</summary>
    public string? Advice { get; }
}

/// <summary>The vendor could not be reached, or did not do what was asked.</summary>
public class VendorException : CrdrException
{
    /// <summary>Makes one.</summary>
    public VendorException(CrdrErrorKind kind, string errorId, string message, VendorVerdict verdict, int? status = null, Exception? inner = null, string? advice = null)
        : base(kind, errorId, message, advice ?? AdviceFor(errorId), inner)
    {
        Verdict = verdict;
        Status = status;
    }

    /// <summary>Whether what was asked may have taken effect.</summary>
    public VendorVerdict Verdict { get; }

    private static string? AdviceFor(string errorId) => errorId switch
    {
        "VendorUnreachable" or "VendorTimeout" or "VendorUnavailable" => "The commands that need none of this and the contacts are on the offline card: Export-CrdrCard (crdr card).",
        "AuthenticationFailed" or "PermissionDenied" => "Where the secret comes from is told by Get-CrdrPair (crdr pair show).",
        _ => null,
    };

    /// <summary>The HTTP status, when there was a reply.</summary>
    public int? Status { get; }
}

/// <summary>Whether a request that went wrong may have taken effect.</summary>
public enum VendorVerdict
{
    /// <summary>It never left, or the vendor said no: nothing has changed.</summary>
    NotDone,
    /// <summary>It may or may not have taken effect: only looking tells.</summary>
    Unknown,
}

/// <summary>The vendor asks for fewer requests. The request had no effect.</summary>
public sealed class RateLimitedException : VendorException
{
    /// <summary>Makes one.</summary>
    public RateLimitedException(string message, TimeSpan? retryAfter, int status = 429)
        : base(CrdrErrorKind.RateLimited, "RateLimited", message, VendorVerdict.NotDone, status) => RetryAfter = retryAfter;

    /// <summary>How long the vendor asks to wait, if it says.</summary>
    public TimeSpan? RetryAfter { get; }
}

/// <summary>Another operation holds the pair.</summary>
public sealed class PairBusyException : CrdrException
{
    /// <summary>Makes one.</summary>
    public PairBusyException(CrdrLease holder)
        : base(CrdrErrorKind.Busy, "PairBusy",
            $"{holder.Pair} is held by {holder.Who} (process {holder.ProcessId}) for {holder.Verb} {holder.Operation}, since {holder.Since:yyyy-MM-dd HH:mm:ss}Z.",
            $"Watch it with: Get-CrdrOperation -Id {holder.Operation}, or: crdr operation show {holder.Operation}") => Holder = holder;

    /// <summary>Who holds it.</summary>
    public CrdrLease Holder { get; }
}

/// <summary>The right to act on a pair, as its holder wrote it down.</summary>
public sealed record CrdrLease
{
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>The holder, as user@host.</summary>
    public required string Who { get; init; }
    /// <summary>The holder's host.</summary>
    public required string Host { get; init; }
    /// <summary>The holder's process.</summary>
    public required int ProcessId { get; init; }
    /// <summary>The operation it is held for.</summary>
    public required string Operation { get; init; }
    /// <summary>The verb of that operation.</summary>
    public required string Verb { get; init; }
    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }
    /// <summary>When it was last renewed.</summary>
    public required DateTimeOffset Renewed { get; init; }
    /// <summary>How long it holds without renewal.</summary>
    public required TimeSpan TimeToLive { get; init; }
    /// <summary>The fencing counter: one higher with each holder.</summary>
    public required long Counter { get; init; }
    /// <summary>Whether the holder gave it back.</summary>
    public bool Released { get; init; }
}
