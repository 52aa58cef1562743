namespace CrdrTools.Core.Providers.Aiven;

/// <summary>Pure: what is worth knowing about a pair of Aiven services.</summary>
internal static class AivenFindings
{
    public static IEnumerable<CrdrFinding> Of(CrdrPair pair, CrdrMemberStatus primary, CrdrMemberStatus recovery, AivenLook p, AivenLook r)
    {
        foreach ((CrdrMemberStatus member, AivenLook look) in new[] { (primary, p), (recovery, r) })
        {
            if (look.Trouble is { } trouble)
            {
                yield return look.Gone
                    ? Say(FindingSeverity.Warning, "ServiceGone", $"{member.Name} does not exist.", member.Side)
                    : Say(FindingSeverity.Error, trouble.ErrorId, $"{member.Name} could not be seen: {trouble.Message}", member.Side);
                continue;
            }
            string? raw = AivenView.RawRole(look.Service!);
            if (raw is null && AivenView.Integration(look.Service) is not null)
                yield return Say(FindingSeverity.Warning, "RoleMissing", $"{member.Name} is in a disaster recovery pair, but the vendor tells no role for it.", member.Side);
            if (raw is not (null or "active" or "passive" or "failed"))
                yield return Say(FindingSeverity.Warning, "RoleUnknown", $"{member.Name} has the role '{raw}', which this version does not know.", member.Side);
            if (look.Service!.State is not (null or "POWEROFF" or "REBALANCING" or "REBUILDING" or "RUNNING"))
                yield return Say(FindingSeverity.Warning, "StateUnknown", $"{member.Name} is in the state '{look.Service.State}', which this version does not know.", member.Side);
            if (member.Health == MemberHealth.Down)
                yield return Say(FindingSeverity.Error, "NodesDown", $"{member.Name} has no running node: {member.Native.Get("nodes")}.", member.Side);
            else if (member is { Health: MemberHealth.Degraded, NativeState: "RUNNING" })
                yield return Say(FindingSeverity.Warning, "NodesMissing", $"{member.Name} does not run with all its nodes: {member.Native.Get("nodes")}.", member.Side);
            if (pair[member.Side].Identity is { } pinned && member.Identity is { } seen && pinned != seen)
                yield return Say(FindingSeverity.Error, "IdentityChanged", $"{member.Name} is not the service that was registered: {seen}, registered was {pinned}.", member.Side);
        }
        if (primary.Role == MemberRole.Active && recovery.Role == MemberRole.Active)
            yield return Say(FindingSeverity.Error, "BothActive", "Both services have the role active. Roles are no evidence of writes: look at both before anything else.", null);
        if (primary.Role == MemberRole.Active && r.Service is not null && AivenView.Integration(r.Service)?.SourceService is { } source && source != pair.Primary.Name)
            yield return Say(FindingSeverity.Error, "NotAPair", $"{pair.Recovery.Name} is the recovery service of {source}, not of {pair.Primary.Name}.", Side.Recovery);
    }

    private static CrdrFinding Say(FindingSeverity severity, string id, string message, Side? side) =>
        new() { Severity = severity, Id = id, Message = message, Side = side };
}
