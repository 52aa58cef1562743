<#
.SYNOPSIS
    Moves a pair to its other region as a recovery plan, or a caller, says: for a test, as planned, or because the region is lost.
.DESCRIPTION
    As a step of an Azure Site Recovery plan it is told by the plan what is going on. Test looks at what a failover would meet, and changes nothing: a test failover runs
    beside the production that this pair serves. Planned is a switchover, which loses nothing. Unplanned is a failover; what it would lose is judged as the pair decided in
    daylight, or as AllowDataLoss and GiveUpHealthyPrimary say here.
.PARAMETER RecoveryPlanContext
    What Azure Site Recovery hands over: RecoveryPlanName, FailoverType, FailoverDirection. As an object, or as its JSON.
.PARAMETER FailoverType
    Test, Planned or Unplanned, where no recovery plan says so.
.PARAMETER To
    The side that shall take the writes, where no recovery plan says so.
.PARAMETER Connection
    The pair, as a hashtable with the keys that describe it. Besides: Token, the vendor's token, and SoleController = 'True', which says that nobody else acts on the pair.
.PARAMETER ConnectionName
    The Automation connection that holds the same, where no hashtable is given; the one with the recovery plan's name unless given.
.PARAMETER OperationId
    An id of the caller's: a job that is started again with it takes up what it began. The job's own id unless given, which a restarted job keeps.
.PARAMETER StatePath
    The folder for journals and leases, on a hybrid worker. A cloud sandbox loses its disk: there the job goes on from what it sees of the pair.
.PARAMETER Reason
    Why; written into the record.
.PARAMETER ChangeReference
    The ticket or change it belongs to; written into the record.
.PARAMETER OutageSince
    When the outage began, with its zone; the recovery time counts from then.
.PARAMETER AllowDataLoss
    Decided: what did not arrive in the other region is lost.
.PARAMETER GiveUpHealthyPrimary
    Decided: the primary still answers, and is given up all the same.
.PARAMETER AllowUnfenced
    Decided: nothing keeps clients away from the old side.
.NOTES
    Runbook:       Regional failover in Azure Automation
    Owner:
    Providers:     any
    Last reviewed: 2026-11-21
    Review every:  90 days
    RTO:           pair
    RPO:           pair
    Needs commands: Get-AutomationConnection
#>
[CmdletBinding()]
param(
    [object] $RecoveryPlanContext,
    [ValidateSet('Test', 'Planned', 'Unplanned')] [string] $FailoverType = 'Unplanned',
    [ValidateSet('Primary', 'Recovery')] [string] $To = 'Recovery',
    [Collections.IDictionary] $Connection,
    [string] $ConnectionName,
    [string] $OutageSince,
    [bool] $AllowDataLoss,
    [bool] $GiveUpHealthyPrimary,
    [bool] $AllowUnfenced,
    [string] $OperationId,
    [string] $StatePath,
    [string] $Reason = 'regional failover',
    [string] $ChangeReference
)

# A recovery plan says which kind of failover it is, and in which direction.
if ($RecoveryPlanContext -is [string] -and $RecoveryPlanContext) { $RecoveryPlanContext = $RecoveryPlanContext | ConvertFrom-Json }
if ($RecoveryPlanContext) {
    $FailoverType = $RecoveryPlanContext.FailoverType
    $To = if ($RecoveryPlanContext.FailoverDirection -match '^(Secondary|Recovery)To') { 'Primary' } else { 'Recovery' }
    if (-not $ConnectionName) { $ConnectionName = $RecoveryPlanContext.RecoveryPlanName }
    $Reason = "recovery plan $($RecoveryPlanContext.RecoveryPlanName), $FailoverType"
}

# Errors fail the job, nobody is asked, nothing draws progress.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'

# The pair, and the vendor's token where it comes with the connection.
if (-not $Connection) { $Connection = Get-AutomationConnection -Name $ConnectionName }
$described = @{}
foreach ($key in $Connection.Keys) { if ($key -notin 'Token', 'SoleController') { $described[$key] = $Connection[$key] } }
$with = @{ Pair = $described }
if ($Connection['Token']) { $with.Token = [Net.NetworkCredential]::new('', $Connection['Token']).SecurePassword }
if ($StatePath) { $with.StatePath = $StatePath }
$alone = "$($Connection['SoleController'])" -eq 'True'
if (-not $OperationId -and $PSPrivateMetadata.JobId) { $OperationId = "job-$($PSPrivateMetadata.JobId)" }
$record = @{ Force = $true; Reason = $Reason; ChangeReference = $ChangeReference; SoleController = $alone }
if ($OperationId) { $record.OperationId = "$OperationId" }

# Where does it stand?
Get-CrdrStatus @with

# Test: what would stand in the way, and what would be done. Nothing is.
if ($FailoverType -eq 'Test') {
    $checks = Get-CrdrReadiness @with -Verb Switchover -To $To
    $checks
    Get-CrdrPlan @with -Verb Failover
    if ($checks | Where-Object { $_.Result -eq 'Block' -and -not ($alone -and $_.Name -eq 'SoleController') }) { Write-Error -ErrorId NotReady -Category InvalidOperation -Message 'The pair could not be moved now: see the rows that say Block.' }
    return
}

# Planned: nothing is lost.
if ($FailoverType -eq 'Planned') { Invoke-CrdrSwitchover @with @record -To $To }

# Unplanned: the side that is lost is left.
if ($FailoverType -eq 'Unplanned') {
    $since = @{}
    if ($OutageSince) { $since.OutageSince = $OutageSince }
    Invoke-CrdrFailover @with @record @since -To $To -AllowDataLoss:$AllowDataLoss -GiveUpHealthyPrimary:$GiveUpHealthyPrimary -AllowUnfenced:$AllowUnfenced
}

# Who takes the writes now, and what is left to do?
Get-CrdrStatus @with
