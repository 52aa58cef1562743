<#
.SYNOPSIS
    A game day on a pair that is in use: one job checks and moves the writes over, a later one moves them home and tidies up.
.PARAMETER Stage
    Begin or End: each is a job of its own, and people look at the applications in between.
.PARAMETER Connection
    The pair, as a hashtable with the keys that describe it. Besides: Token, the vendor's token, and SoleController = 'True', which says that nobody else acts on the pair.
.PARAMETER ConnectionName
    The Automation connection that holds the same, where no hashtable is given.
.PARAMETER OperationId
    An id of the caller's: a job that is started again with it takes up what it began. The job's own id unless given, which a restarted job keeps.
.PARAMETER StatePath
    The folder for journals and leases, on a hybrid worker. A cloud sandbox loses its disk: there the job goes on from what it sees of the pair.
.PARAMETER Reason
    Why; written into the record.
.PARAMETER ChangeReference
    The ticket or change it belongs to; written into the record.
.NOTES
    Runbook:       Game day in Azure Automation
    Owner:
    Providers:     any
    Last reviewed: 2026-11-21
    Review every:  90 days
    RTO:           pair
    RPO:           none
    Needs commands: Get-AutomationConnection
#>
[CmdletBinding()]
param(
    [ValidateSet('Begin', 'End')] [string] $Stage = 'Begin',
    [Collections.IDictionary] $Connection,
    [string] $ConnectionName = 'CrdrPair',
    [string] $OperationId,
    [string] $StatePath,
    [string] $Reason = 'game day',
    [string] $ChangeReference
)

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

if ($Stage -eq 'Begin') {
    # Could it be moved? What would a real failover do? Then over, and protected there.
    Get-CrdrReadiness @with -Verb Switchover -To Recovery
    Get-CrdrPlan @with -Verb Failover
    if ($OperationId) { $record.OperationId = "$OperationId-over" }
    Invoke-CrdrSwitchover @with @record -To Recovery
    if ($OperationId) { $record.OperationId = "$OperationId-follow" }
    Restore-CrdrPrimary @with @record
}
else {
    # Home, and protected there.
    if ($OperationId) { $record.OperationId = "$OperationId-home" }
    Restore-CrdrPrimary @with @record -TakeOver
    if ($OperationId) { $record.OperationId = "$OperationId-protect" }
    if ((Get-CrdrStatus @with).Phase -ne 'Protected') { New-CrdrRecovery @with @record }
}
Get-CrdrStatus @with
