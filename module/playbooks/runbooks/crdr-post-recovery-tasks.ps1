<#
.SYNOPSIS
    After a failover, a failback or a switchover: makes the other side follow again, and says what else is left. Moves no writes.
.PARAMETER DiscardWritesOn
    Decided: the member whose own later writes may be thrown away, Primary or Recovery.
.PARAMETER Cloud
    Where a recovery service that has to be made anew shall run, as the vendor names it.
.PARAMETER Plan
    The vendor's plan for it.
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
    Runbook:       Post-recovery tasks in Azure Automation
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
    [ValidateSet('', 'Primary', 'Recovery')] [string] $DiscardWritesOn = '',
    [string] $Cloud,
    [string] $Plan,
    [Collections.IDictionary] $Connection,
    [string] $ConnectionName = 'CrdrPair',
    [string] $OperationId,
    [string] $StatePath,
    [string] $Reason = 'post-recovery tasks',
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
if ($OperationId) { $record.OperationId = "$OperationId" }

# What is owed comes first: it is told.
$before = Get-CrdrStatus @with
$before
$before.Obligations

# The other side follows again, whichever that is.
if ($before.ActiveMember -eq 'Primary' -and $before.Phase -ne 'Protected') {
    $new = @{}
    if ($Cloud) { $new.Cloud = $Cloud }
    if ($Plan) { $new.Plan = $Plan }
    New-CrdrRecovery @with @record @new
}
if ($before.ActiveMember -ne 'Primary') {
    if ($DiscardWritesOn) { $record.DiscardWritesOn = $DiscardWritesOn }
    Restore-CrdrPrimary @with @record
}

# What is left: where clients and readers are led, stale slots, whatever should be mended before it is needed.
$after = Get-CrdrStatus @with
$after
Get-CrdrRoute $described
Get-CrdrReplicaDns @with -ErrorAction SilentlyContinue
$after.Findings
