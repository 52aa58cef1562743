using CrdrTools.Core.Http;
using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>The services' own read-only names: one PUT of one key, seen to take effect.</summary>
internal sealed partial class AivenSession : IReplicaDnsFeature
{
    /// <summary>How long a change whose reply was lost may still appear (S5), and how long its name may take to be shown.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMinutes(2), s_shown = TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<CrdrReplicaDns>> ReplicaDnsAsync(CancellationToken ct)
    {
        AivenLooks looks = await LookAsync(ct).ConfigureAwait(false);
        return [ReplicaDns(looks, Side.Primary), ReplicaDns(looks, Side.Recovery)];
    }

    public async Task<CrdrReplicaDns> SetReplicaDnsAsync(Side? side, bool enabled, CancellationToken ct)
    {
        AivenLooks looks = await LookAsync(ct).ConfigureAwait(false);
        Side which = side ?? Judge(looks).ActiveMember
            ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "SideMissing", $"Which service of {pair.Name} takes the writes cannot be told, so it must be named: {pair.Primary.Name} or {pair.Recovery.Name}.", "Give -Side (crdr: --side).");
        CrdrReplicaDns before = ReplicaDns(looks, which);
        if (looks[which].Trouble is { } trouble) throw trouble;
        Refuse(before.Checks.Where(c => enabled ? !before.Enabled || c.Name == AivenReplicaDns.IdentityUnchanged : c.Name == AivenReplicaDns.IdentityUnchanged), enabled);
        if (before.Enabled == enabled)
        {
            notice?.Invoke($"The read-only name of {pair[which].Name} is {(enabled ? "on" : "off")} already: nothing was asked for.");
            return before with { NextActions = [] };
        }
        ct.ThrowIfCancellationRequested();
        VendorException? lost = null;
        try
        {
            VendorReply<AivenServiceEnvelope> reply = await api.SetReplicaDnsAsync(Project, pair[which].Name, enabled).ConfigureAwait(false);
            if (reply.Body.Service is null) lost = new VendorException(CrdrErrorKind.BadReply, "VendorReplyUnreadable", $"Aiven answered the change of {pair[which].Name} without a service in it.", VendorVerdict.Unknown);
        }
        catch (VendorException e) when (e.Verdict == VendorVerdict.Unknown)
        {
            lost = e;
        }
        if (lost is not null) notice?.Invoke($"{lost.Message} Whether the change took effect is looked at; it is not asked for again.");
        try
        {
            return await SeenAsync(looks, which, enabled, lost, ct).ConfigureAwait(false) with { NextActions = [] };
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw new CrdrException(CrdrErrorKind.Stopped, "Stopped", $"The read-only name of {pair[which].Name} was asked to be switched {(enabled ? "on" : "off")}, and is not waited for any more.", Look());
        }
    }

    /// <summary>Looks until it is so. The change is never asked for again (S5).</summary>
    private async Task<CrdrReplicaDns> SeenAsync(AivenLooks looks, Side which, bool enabled, VendorException? lost, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        for (; ; )
        {
            (AivenLook look, DateTimeOffset? clock, _) = await LookAsync(api.GetServiceAsync(Project, pair[which].Name, ct)).ConfigureAwait(false);
            looks = looks.With(which, look, clock, time.GetUtcNow());
            CrdrReplicaDns now = ReplicaDns(looks, which);
            bool so = look.Service is not null && now.Enabled == enabled;
            if (so && now.Pending is null) return now;
            TimeSpan waited = time.GetElapsedTime(began);
            if (so && waited >= s_shown) return now;
            if (waited >= s_settle) throw NotSeen(which, enabled, look.Trouble ?? lost);
            await time.Delay(Pace.Next(waited, (look.Trouble as RateLimitedException)?.RetryAfter), ct).ConfigureAwait(false);
        }
    }

    private void Refuse(IEnumerable<CrdrCheck> checks, bool enabled)
    {
        string[] why = [.. checks.Where(c => c.Result == CheckResult.Block).Select(c => c.Why)];
        if (why.Length > 0)
            throw new CrdrException(CrdrErrorKind.Refused, "ReplicaDnsNotAllowed", $"The read-only name of {pair.Name} is not switched {(enabled ? "on" : "off")}: {string.Join("; ", why)}. Nothing was changed.");
    }

    private CrdrException NotSeen(Side which, bool enabled, VendorException? why) => new(CrdrErrorKind.Timeout, "ReplicaDnsNotSeen",
        $"The read-only name of {pair[which].Name} was asked to be switched {(enabled ? "on" : "off")}, and within {s_settle.TotalMinutes:0} minutes that was not seen{(why is null ? "" : $": {why.Message.TrimEnd('.')}")}. It was asked for once.", Look(), why);

    private string Look() => $"See whether it is so with: Get-CrdrReplicaDns {pair.Name} (crdr replica-dns status {pair.Name}). Where it is not, the same command may be given again.";

    private CrdrReplicaDns ReplicaDns(AivenLooks looks, Side side) => AivenReplicaDns.Of(pair, side, looks[side], Judge(looks));

    private CrdrStatus Judge(AivenLooks looks) => Judge(looks.Primary, looks.Recovery, looks.At, looks.Clock);
}

/// <summary>Both members as they were asked for at one time.</summary>
internal readonly record struct AivenLooks(AivenLook Primary, AivenLook Recovery, DateTimeOffset At, DateTimeOffset? Clock)
{
    public AivenLook this[Side side] => side == Side.Primary ? Primary : Recovery;

    /// <summary>With a newer look at one of them.</summary>
    public AivenLooks With(Side side, AivenLook look, DateTimeOffset? clock, DateTimeOffset at) =>
        (side == Side.Primary ? this with { Primary = look } : this with { Recovery = look }) with { At = at, Clock = clock ?? Clock };
}
