namespace CrdrTools.Simulator;

/// <summary>What belongs to CockroachDB Cloud only.</summary>
public sealed partial record SimulatorSettings
{
    /// <summary>How long a stream is STARTING (documented: around 5 minutes).</summary>
    [SettingRange(0, 100_000_000)]
    public double CockroachStartingSeconds { get; init; } = 2;

    /// <summary>How long the initial scan takes, hidden behind REPLICATING.</summary>
    [SettingRange(0, 100_000_000)]
    public double CockroachInitialScanSeconds { get; init; } = 5;

    /// <summary>The initial scan goes no further.</summary>
    public bool CockroachInitialScanStuck { get; init; }

    /// <summary>
    /// The times of a stream in its initial scan: <c>zero</c> (and a lag of 0), or <c>absent</c>. Seen: both are read as "none".
    /// </summary>
    [SettingChoice("zero", "absent")]
    public string CockroachScanReplicatedTime { get; init; } = "zero";

    /// <summary>
    /// A failover before the initial scan is over is refused (seen); otherwise it waits for the scan and goes to its time.
    /// </summary>
    public bool CockroachRefusesFailoverInScan { get; init; } = true;

    /// <summary>The distance at which a standby follows.</summary>
    [SettingRange(0, 100_000_000)]
    public double CockroachLagSeconds { get; init; } = 2;

    /// <summary>Seconds of history a standby catches up with in a second, while it is behind that distance.</summary>
    [SettingRange(1, 1_000_000)]
    public double CockroachCatchUpFactor { get; init; } = 20;

    /// <summary>The steps in which <c>replicated_time</c> moves; 0 is none (self-hosted: about 30).</summary>
    [SettingRange(0, 86_400)]
    public double CockroachReplicatedTimeStepSeconds { get; init; } = 1;

    /// <summary>How far back a failover can go (self-hosted: 4 hours).</summary>
    [SettingRange(0, 100_000_000)]
    public double CockroachRetentionSeconds { get; init; } = 14_400;

    /// <summary>From FAILING_OVER, or from the time asked for, to COMPLETED.</summary>
    [SettingRange(0, 100_000_000)]
    public double CockroachFailoverSeconds { get; init; } = 2;

    /// <summary>A failover never completes.</summary>
    public bool CockroachFailoverHangs { get; init; }

    /// <summary>What a failover takes longer when its primary cannot be reached as it begins (seen: 15 minutes).</summary>
    [SettingRange(0, 100_000_000)]
    public double CockroachFailoverPrimaryDownSeconds { get; init; }

    /// <summary>
    /// <c>activated_at</c> is the time the data was set to; otherwise when the failover was finished. The documentation can be read
    /// either way.
    /// </summary>
    public bool CockroachActivatedAtIsCutoverTime { get; init; }

    /// <summary>A stream shows its times while FAILING_OVER; the documentation's example does not.</summary>
    public bool CockroachFailingOverShowsTimes { get; init; }

    /// <summary>A stream can be canceled while STARTING; documented is from REPLICATING only.</summary>
    public bool CockroachCancelWhileStarting { get; init; }

    /// <summary>A stream can be canceled while FAILING_OVER; documented is from REPLICATING only.</summary>
    public bool CockroachCancelWhileFailingOver { get; init; }

    /// <summary>
    /// <c>failover_at</c> with no status, or with STARTING, is a failover. The documentation's example does that; its schema forbids it.
    /// </summary>
    public bool CockroachFailoverAtIsEnough { get; init; }

    /// <summary>The standby of a canceled stream takes connections, with what it consistently had. Undocumented.</summary>
    public bool CockroachCanceledStandbyServes { get; init; }

    /// <summary>
    /// A reverse stream within a day goes back to where the two clusters were the same, without an initial scan. Documented for
    /// self-hosted clusters only; otherwise the standby's data is deleted and copied anew.
    /// </summary>
    public bool CockroachFastFailback { get; init; }

    /// <summary>A cluster can be in several active streams; otherwise a second one is refused. Undocumented.</summary>
    public bool CockroachAllowsSecondStream { get; init; }

    /// <summary>The status that refuses a second stream. Undocumented.</summary>
    [SettingRange(400, 599)]
    public int CockroachSecondStreamStatus { get; init; } = 409;

    /// <summary>The status that refuses clusters a stream cannot join. Undocumented.</summary>
    [SettingRange(400, 599)]
    public int CockroachPreconditionStatus { get; init; } = 400;

    /// <summary>The status that refuses a change of a LOCKED cluster (the vendor's own client retries 503).</summary>
    [SettingRange(400, 599)]
    public int CockroachLockedStatus { get; init; } = 503;

    /// <summary>The status that refuses a change of status. Undocumented.</summary>
    [SettingRange(400, 599)]
    public int CockroachTransitionStatus { get; init; } = 400;

    /// <summary>The status that refuses a failover before the initial scan is over. Undocumented.</summary>
    [SettingRange(400, 599)]
    public int CockroachScanRefusalStatus { get; init; } = 400;

    /// <summary>The status that refuses a <c>failover_at</c> out of range. Undocumented.</summary>
    [SettingRange(400, 599)]
    public int CockroachFailoverAtStatus { get; init; } = 400;

    /// <summary>COMPLETED streams are listed when <c>show_completed</c> is not sent. Undocumented.</summary>
    public bool CockroachShowsCompleted { get; init; }

    /// <summary>CANCELED streams are listed only with COMPLETED ones. Undocumented.</summary>
    public bool CockroachCanceledHidden { get; init; }

    /// <summary>Streams are listed newest first when no order is asked for. Undocumented.</summary>
    public bool CockroachStreamsNewestFirst { get; init; }

    /// <summary>What a page has when no limit is asked for. Undocumented.</summary>
    [SettingRange(1, 1_000_000)]
    public int CockroachPageLimit { get; init; } = 100;

    /// <summary>The most a page has. Undocumented; the vendor's own client asks for 500.</summary>
    [SettingRange(1, 1_000_000)]
    public int CockroachMostPageLimit { get; init; } = 500;

    /// <summary>Where there is no next or previous page its token is an empty text; otherwise absent. Both end a list.</summary>
    public bool CockroachEmptyPageTokens { get; init; }

    /// <summary>What the clusters' own clocks, which SQL reads, are ahead of (or, negative, behind) simulated time.</summary>
    [SettingRange(-60, 60)]
    public double CockroachClockSkewSeconds { get; init; }

    /// <summary>What the API shows of a region that is out.</summary>
    public CockroachOutageView CockroachOutage { get; init; } = CockroachOutageView.NodesNotReady;

    /// <summary>The account may disrupt its clusters; the endpoint is open to some only.</summary>
    public bool CockroachDisruptAllowed { get; init; } = true;

    /// <summary>The <c>operation_status</c> of a disrupted cluster. Undocumented.</summary>
    public string CockroachDisruptedOperationStatus { get; init; } = "CRDB_CLUSTER_DISRUPTION_RUNNING";

    /// <summary>The <c>state</c> of both clusters of a stream that is STARTING. Undocumented.</summary>
    [SettingChoice("CREATED", "LOCKED")]
    public string CockroachStartingState { get; init; } = "CREATED";

    /// <summary>The <c>operation_status</c> of both clusters of an active stream. Undocumented.</summary>
    public string CockroachStreamingOperationStatus { get; init; } = "UNSPECIFIED";

    /// <summary>Requests a real second and user before the limit answers (documented: 10); 0 is no limit.</summary>
    [SettingRange(0, 1_000_000_000)]
    public int CockroachRateLimitPerSecond { get; init; } = 10;

    /// <summary>The status of that answer. The documentation leaves it open.</summary>
    [SettingRange(400, 599)]
    public int CockroachRateLimitStatus { get; init; } = 429;
}
