<#
.SYNOPSIS
    Rebuilds the primary after a failover and, where the caller says so, takes the writes home.
.PARAMETER TakeOver
    Decided: the writes go home once the primary is caught up. Without it the job ends there.
.PARAMETER TakeOverWindow
    With TakeOver: only then, as HH:mm-HH:mm in UTC.
.PARAMETER DiscardWritesOn
    Decided: the member whose own later writes may be thrown away, Primary or Recovery.
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
    Runbook:       Failback in Azure Automation
    Owner:
    Providers:     any
    Last reviewed: 2026-11-21
    Review every:  90 days
    RTO:           none
    RPO:           none
    Needs commands: Get-AutomationConnection
#>
[CmdletBinding()]
param(
    [bool] $TakeOver,
    [string] $TakeOverWindow,
    [ValidateSet('', 'Primary', 'Recovery')] [string] $DiscardWritesOn = '',
    [Collections.IDictionary] $Connection,
    [string] $ConnectionName = 'CrdrPair',
    [string] $OperationId,
    [string] $StatePath,
    [string] $Reason = 'failback',
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
if ($DiscardWritesOn) { $record.DiscardWritesOn = $DiscardWritesOn }

# Rebuild the primary until it is caught up; where it is, this does nothing.
if ($OperationId) { $record.OperationId = "$OperationId-rebuild" }
Restore-CrdrPrimary @with @record

# Take the writes home.
if ($TakeOver) {
    if ($OperationId) { $record.OperationId = "$OperationId-home" }
    if ($TakeOverWindow) { $record.TakeOverWindow = $TakeOverWindow }
    Restore-CrdrPrimary @with @record -TakeOver
}
Get-CrdrStatus @with
