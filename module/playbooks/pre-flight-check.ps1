<#
.SYNOPSIS
    Sees beforehand whether a pair could be moved, and whether what it takes is in order.
.DESCRIPTION
    For daylight: before a rotation, before a game day, every morning. It changes nothing. It ends with an error when the pair could not be switched over now.
    A failover is looked at too; that it is refused while the primary is well is right, and no error.
.PARAMETER Pair
    The pair.
.PARAMETER CardPath
    A folder: the offline page of the pair is written there. Print it.
.EXAMPLE
    Invoke-CrdrPlaybook pre-flight-check pg-demo -Argument @{ CardPath = './cards' }
.NOTES
    Playbook:      Pre-flight check
    Owner:
    Providers:     any
    Last reviewed: 2026-11-21
    Review every:  90 days
    RTO:           none
    RPO:           none
#>
#Requires -Modules CrdrTools
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'The cmdlets in it ask.')]
param(
    [Parameter(Mandatory, Position = 0)] [object] $Pair,
    [string] $CardPath
)
$ErrorActionPreference = 'Stop'

# 1. Where does the pair stand? It should be Protected, or ReadyToFailBack; nothing should be owed, no operation open.
$status = Get-CrdrStatus $Pair
$status
$to = if ($status.ActiveMember -eq 'Primary') { 'Recovery' } else { 'Primary' }

# 2. Could it be switched over now? And what would a failover meet?
Get-CrdrReadiness $Pair -Verb Switchover -To $to
Get-CrdrReadiness $Pair -Verb Failover | Where-Object Result -NE Pass

# 3. Where are clients sent, and where does the read-only name lead (where the provider has one)?
Get-CrdrRoute $Pair
Get-CrdrReplicaDns $Pair -ErrorAction SilentlyContinue

# 4. Are the playbooks in order for this pair, and what is due?
Get-CrdrPlaybook | Where-Object Kind -EQ Playbook | Get-CrdrPlaybookFinding -Pair $Pair
Get-CrdrSchedule -Pair $Pair

# 5. The offline page, for the day on which none of this can be reached.
if ($CardPath) { Export-CrdrCard $Pair -Path $CardPath }

# 6. The verdict.
if (-not (Test-CrdrReadiness $Pair -Verb Switchover -To $to)) {
    Write-Error -ErrorId NotReady -Category InvalidOperation -TargetObject $status -Message "$($status.Pair) could not be switched over now: see the rows that say Block."
}
