namespace CrdrTools.Simulator;

/// <summary>
/// How the simulated world behaves. Immutable; replaced as a whole. Seconds are simulated seconds unless a member says real ones.
/// What the vendors do not document is a setting here, with an assumed default.
/// </summary>
public sealed partial record SimulatorSettings
{
    /// <summary>Simulated seconds in a real second, 0 (the clock stands) to 1,000,000.</summary>
    [SettingRange(0, 1_000_000)]
    public double ClockFactor { get; init; } = 1;

    /// <summary>What the <c>Date</c> header is ahead of (or, negative, behind) real time, in real seconds.</summary>
    [SettingRange(-100_000_000, 100_000_000)]
    public double ClockSkewSeconds { get; init; }

    /// <summary>Added to every answer of a vendor's API, in real milliseconds.</summary>
    [SettingRange(0, 600_000)]
    public int LatencyMs { get; init; }

    /// <summary>How long building or rebuilding a service takes.</summary>
    [SettingRange(0, 100_000_000)]
    public double RebuildSeconds { get; init; } = 5;

    /// <summary>A rebuild gets as far as 40 % of its base backup and stays there.</summary>
    public bool RebuildStuck { get; init; }

    /// <summary>How long a takeover (switchover, switchback, second step of a failback) takes.</summary>
    [SettingRange(0, 100_000_000)]
    public double TakeoverSeconds { get; init; } = 1;

    /// <summary>The last part of a takeover, in which nobody takes writes.</summary>
    [SettingRange(0, 100_000_000)]
    public double TakeoverWriteGapSeconds { get; init; } = 0.3;

    /// <summary>Where a takeover hangs.</summary>
    public TakeoverHang TakeoverHangs { get; init; }

    /// <summary>The state shown by the service that takes over, while it does (the vendor's console: REBUILDING).</summary>
    [SettingChoice("REBUILDING", "REBALANCING", "RUNNING", "POWEROFF")]
    public string TakeoverTargetState { get; init; } = "REBUILDING";

    /// <summary>The state shown by its peer meanwhile (the vendor's console: REBALANCING).</summary>
    [SettingChoice("REBUILDING", "REBALANCING", "RUNNING", "POWEROFF")]
    public string TakeoverPeerState { get; init; } = "REBALANCING";

    /// <summary>The roles swap when the takeover begins; otherwise when it ends. Undocumented.</summary>
    public bool TakeoverRolesSwapAtOnce { get; init; }

    /// <summary>
    /// A takeover whose active peer is in a region that is out answers 409; otherwise it waits for the region. Undocumented.
    /// </summary>
    public bool TakeoverNeedsPeer { get; init; } = true;

    /// <summary>
    /// From role <c>failed</c> on the primary to role <c>active</c> on the recovery service: nobody is active in between.
    /// </summary>
    [SettingRange(0, 100_000_000)]
    public double FailoverSeconds { get; init; } = 0.5;

    /// <summary>The recovery service never becomes active.</summary>
    public bool FailoverHangs { get; init; }

    /// <summary>Role <c>failed</c> answers 409 unless the recovery service could take over. Undocumented.</summary>
    public bool FailoverNeedsReadyPeer { get; init; } = true;

    /// <summary>Termination protection also refuses role <c>failed</c>. Undocumented.</summary>
    public bool TerminationProtectionBlocksFailover { get; init; }

    /// <summary>The nodes of a primary given up are not destroyed: they take writes from whoever still reaches them.</summary>
    public bool OldPrimaryKeepsServing { get; init; }

    /// <summary>How far the passive side is behind.</summary>
    [SettingRange(0, 100_000_000)]
    public double ReplicationLagSeconds { get; init; } = 0.2;

    /// <summary>
    /// After a takeover, how long nothing is replicated (the vendor's diagram shows replication stopped, without a figure).
    /// </summary>
    [SettingRange(0, 100_000_000)]
    public double ReplicationAfterSwitchoverDelaySeconds { get; init; }

    /// <summary>How long the shared URI still leads to the old side after a new one became active.</summary>
    [SettingRange(0, 100_000_000)]
    public double DnsSeconds { get; init; }

    /// <summary>Both services show one URI, as documented; otherwise each its own, and the shared one as a component. Contested.</summary>
    public bool SharedUri { get; init; } = true;

    /// <summary>
    /// How long all standby nodes must be unreachable before the read-only name leads to the primary node (the vendor's draft: 30 s).
    /// </summary>
    [SettingRange(0, 100_000_000)]
    public double HaReplicaUnavailableSeconds { get; init; } = 30;

    /// <summary>It leads back once <c>any</c> standby node answers (published schema), or once <c>all</c> do (draft). Contested.</summary>
    [SettingChoice("any", "all")]
    public string HaReplicaReturn { get; init; } = "any";

    /// <summary>How long building its DNS records takes. Undocumented.</summary>
    [SettingRange(0, 100_000_000)]
    public double HaReplicaDnsSeconds { get; init; }

    /// <summary>How long after it was switched on or off <c>components</c> shows that. Undocumented.</summary>
    [SettingRange(0, 100_000_000)]
    public double HaReplicaComponentSeconds { get; init; }

    /// <summary>Switched off it stays among the components, leading to nothing. Undocumented.</summary>
    public bool HaReplicaComponentStays { get; init; }

    /// <summary>The status of the refusal on a plan that has none: 400 or 403. Undocumented which.</summary>
    [SettingChoice("400", "403")]
    public int HaReplicaPlanErrorStatus { get; init; } = 403;

    /// <summary>What the API shows of a region that is out.</summary>
    public OutageView Outage { get; init; } = OutageView.NodesUnknown;

    /// <summary>How long an outage goes unnoticed by the API.</summary>
    [SettingRange(0, 100_000_000)]
    public double OutageDetectedSeconds { get; init; }

    /// <summary>A passive service has backups of its own.</summary>
    public bool BackupsWhilePassive { get; init; }

    /// <summary>The role of a service without CRDR: <c>absent</c> (no such key), <c>null</c>, or a text. Undocumented.</summary>
    public string RoleWithoutCrdr { get; init; } = "absent";

    /// <summary>A <c>disaster_recovery</c> integration can be made between two existing services. Undocumented.</summary>
    public bool IntegrationAfterCreation { get; init; }

    /// <summary>The status of an answer to a missing or wrong token: 401 or 403. Undocumented which.</summary>
    [SettingChoice("401", "403")]
    public int TokenErrorStatus { get; init; } = 401;

    /// <summary>Requests a real minute before Aiven answers 429; 0 is no limit.</summary>
    [SettingRange(0, 1_000_000_000)]
    public int RateLimitPerMinute { get; init; }

    /// <summary>A 429 of the rate limit carries <c>Retry-After</c>; the body names the wait in any case.</summary>
    public bool RateLimitRetryAfter { get; init; }
}
