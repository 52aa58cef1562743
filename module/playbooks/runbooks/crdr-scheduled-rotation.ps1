<#
.SYNOPSIS
    Swaps the regions on a schedule: one job swaps, a later one swaps back, or says that the pair stays.
.PARAMETER Stage
    Swap, SwapBack or Stay: each is a job of its own, so that no job has to live for as long as the pair runs in the other region.
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
    Runbook:       Scheduled rotation in Azure Automation
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
    [ValidateSet('Swap', 'SwapBack', 'Stay')] [string] $Stage = 'Swap',
    [Collections.IDictionary] $Connection,
    [string] $ConnectionName = 'CrdrPair',
    [string] $OperationId,
    [string] $StatePath,
    [string] $Reason = 'scheduled rotation',
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

# Swap: the recovery side takes the writes, and the primary follows it from then on.
if ($Stage -eq 'Swap') {
    if ($OperationId) { $record.OperationId = "$OperationId-swap" }
    Invoke-CrdrSwitchover @with @record -To Recovery
}

# Swapped, or staying: protected away from home (where the vendor keeps the copy by itself, this does nothing).
if ($Stage -in 'Swap', 'Stay') {
    if ($OperationId) { $record.OperationId = "$OperationId-follow" }
    Restore-CrdrPrimary @with @record
}

# Swap back: the primary takes the writes again, and the recovery side follows it.
if ($Stage -eq 'SwapBack') {
    if ($OperationId) { $record.OperationId = "$OperationId-home" }
    Restore-CrdrPrimary @with @record -TakeOver
    if ($OperationId) { $record.OperationId = "$OperationId-protect" }
    if ((Get-CrdrStatus @with).Phase -ne 'Protected') { New-CrdrRecovery @with @record }
}
Get-CrdrStatus @with
