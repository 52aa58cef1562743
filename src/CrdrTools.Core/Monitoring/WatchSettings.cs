using CrdrTools.Core.Pairs;

namespace CrdrTools.Core.Monitoring;

/// <summary>Pure: whether somebody may be watched so.</summary>
internal static class WatchSettings
{
    /// <summary>What is wrong with the options; nothing when nothing is.</summary>
    /// <param name="options">As they were given.</param>
    /// <param name="shared">Whether the store's leases keep out other machines.</param>
    /// <param name="scope">Whom they keep out.</param>
    public static void Require(CrdrWatchOptions options, bool shared, string scope)
    {
        if (options.Interval < TimeSpan.FromSeconds(1) || options.Interval > TimeSpan.FromHours(1)) throw Invalid($"The interval is {options.Interval.TotalSeconds:0.###} s; it is between 1 s and an hour.");
        // One look alone decides nothing.
        if (options.Threshold is < 2 or > 100) throw Invalid($"The threshold is {options.Threshold}; it is between 2 and 100 looks.");
        if (options.Delay < TimeSpan.Zero || options.Delay > TimeSpan.FromDays(1)) throw Invalid($"The delay is {options.Delay.TotalSeconds:0.###} s; it is between 0 and a day.");
        if (options.Hook is { Count: 0 } || options.Witness is { Count: 0 }) throw Invalid("A program is given with its name.");
        if (options.Webhook is { } hook && SecretReference.Complaint(hook) is not null) _ = Address(hook);
        if (options is { AutoFailover: true, SoleController: false } && !shared)
        {
            throw new CrdrException(CrdrErrorKind.Refused, "SoleController", $"The lease keeps out only {scope}: another machine that acts on these pairs would not be noticed.",
                "If nobody else does, say so with -SoleController (crdr: --sole-controller).");
        }
        if (options is { DespiteVendor: true, AutoFailover: false }) throw Invalid("Whose word counts matters where something is done: that goes with automatic failover.");
    }

    /// <summary>Where alerts go to. Plain http is for this machine only.</summary>
    public static Uri Address(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out Uri? uri) && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback)) ? uri
            : throw Invalid("The webhook is no https address (http is for this machine only), and no reference to one, env:NAME or secret:[vault/]name.");

    private static CrdrException Invalid(string why) => new(CrdrErrorKind.InvalidInput, "WatchOptionsInvalid", why);
}
