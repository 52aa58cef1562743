namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>Pure: what two members are to each other.</summary>
internal static class PostgresPhase
{
    /// <summary>Where a pair stands, who takes writes, and what each side is.</summary>
    /// <param name="p">The primary side.</param>
    /// <param name="r">The recovery side.</param>
    /// <param name="caughtUp">Whether a standby that streams is near enough.</param>
    public static (CrdrPhase Phase, Side? Active, MemberRole Primary, MemberRole Recovery) Of(MemberSight p, MemberSight r, Func<MemberSight, MemberSight, bool> caughtUp)
    {
        if (p.Facts is { } a && r.Facts is { } b && a.SystemIdentifier != b.SystemIdentifier)
            return (CrdrPhase.Unknown, null, MemberRole.Apart, MemberRole.Apart);
        if (p.Writable && r.Writable) return Both(p, r);
        if (p.Writable || r.Writable)
        {
            Side active = p.Writable ? Side.Primary : Side.Recovery;
            (MemberSight writer, MemberSight other) = p.Writable ? (p, r) : (r, p);
            // The other one has been promoted since, and does not answer: what writes here was given up.
            if (other.Facts is null && other.Timeline > writer.Timeline)
                return active == Side.Primary ? (CrdrPhase.Unknown, null, MemberRole.Failed, MemberRole.Unknown) : (CrdrPhase.Unknown, null, MemberRole.Unknown, MemberRole.Failed);
            MemberRole role = Role(writer, other);
            CrdrPhase phase = role != MemberRole.Passive ? Alone(active)
                : other.StreamsOn(writer.Facts!.Timeline) ? caughtUp(writer, other) ? Joined(active) : CrdrPhase.Rebuilding
                : writer.Facts.Senders.Any(s => s.State == "backup" || (s.State == "catchup" && other.LogGone is null)) ? CrdrPhase.Rebuilding : Alone(active);
            return active == Side.Primary ? (phase, active, MemberRole.Active, role) : (phase, active, role, MemberRole.Active);
        }
        MemberRole left = p.Standby ? MemberRole.Passive : MemberRole.Unknown, right = r.Standby ? MemberRole.Passive : MemberRole.Unknown;
        // A standby that still receives has a sender that lives, whatever can be seen of it from here.
        bool hears = (p.Facts?.Receiver ?? r.Facts?.Receiver) is { Status: "streaming" };
        return (hears && !(p.Standby && r.Standby) ? CrdrPhase.Unknown : CrdrPhase.NoWriter, null, left, right);
    }

    private static (CrdrPhase, Side?, MemberRole, MemberRole) Both(MemberSight p, MemberSight r)
    {
        uint left = p.Facts!.Timeline, right = r.Facts!.Timeline;
        if (left == right) return (CrdrPhase.SplitBrain, null, MemberRole.Active, MemberRole.Active);
        Side active = left > right ? Side.Primary : Side.Recovery;
        bool oldWrites = (active == Side.Primary ? r : p).Writing == true;
        if (oldWrites) return (CrdrPhase.SplitBrain, active, MemberRole.Active, MemberRole.Active);
        return active == Side.Primary ? (CrdrPhase.Unprotected, active, MemberRole.Active, MemberRole.Failed) : (CrdrPhase.FailedOver, active, MemberRole.Failed, MemberRole.Active);
    }

    private static MemberRole Role(MemberSight writer, MemberSight other)
    {
        if (other.Facts is { } standby) return standby.Timeline > writer.Facts!.Timeline ? MemberRole.Apart : MemberRole.Passive;
        if (!other.Stopped) return MemberRole.Unknown;
        return other.Node!.StartsAsStandby == true ? MemberRole.Passive : MemberRole.Failed;
    }

    private static CrdrPhase Joined(Side active) => active == Side.Primary ? CrdrPhase.Protected : CrdrPhase.ReadyToFailBack;

    private static CrdrPhase Alone(Side active) => active == Side.Primary ? CrdrPhase.Unprotected : CrdrPhase.FailedOver;
}
