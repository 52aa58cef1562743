<#
.SYNOPSIS
    Sees whether a pair could be moved now; a job that fails says that it could not. Changes nothing.
.PARAMETER Connection
    The pair, as a hashtable with the keys that describe it. Besides: Token, the vendor's token.
.PARAMETER ConnectionName
    The Automation connection that holds the same, where no hashtable is given.
.PARAMETER StatePath
    The folder for the state, on a hybrid worker.
.NOTES
    Runbook:       Pre-flight check in Azure Automation
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
    [Collections.IDictionary] $Connection,
    [string] $ConnectionName = 'CrdrPair',
    [string] $StatePath
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

# Where it stands, whether it could be switched over, what a failover would meet, and where clients and readers are led.
$status = Get-CrdrStatus @with
$status
$to = if ($status.ActiveMember -eq 'Primary') { 'Recovery' } else { 'Primary' }
$checks = Get-CrdrReadiness @with -Verb Switchover -To $to
$checks
Get-CrdrReadiness @with -Verb Failover | Where-Object Result -NE Pass
Get-CrdrRoute $described
Get-CrdrReplicaDns @with -ErrorAction SilentlyContinue
if ($checks | Where-Object { $_.Result -eq 'Block' -and -not ($alone -and $_.Name -eq 'SoleController') }) {
    Write-Error -ErrorId NotReady -Category InvalidOperation -TargetObject $status -Message "$($status.Pair) could not be switched over now: see the rows that say Block."
}
