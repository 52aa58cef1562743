<#
.SYNOPSIS
    What is left to do after a failover, a failback or a switchover: protection in the new direction, monitoring, stale slots, the record.
.DESCRIPTION
    Run it when the applications are well again. It finishes what was left open only by telling: an operation that was not finished comes first, and so does
    what is owed. Then it makes the other side follow again, whichever that is; it moves no writes.
.PARAMETER Pair
    The pair.
.PARAMETER DiscardWritesOn
    Decided: the member whose own later writes may be thrown away, Primary or Recovery.
.PARAMETER Cloud
    Where a recovery service that has to be made anew shall run, as the vendor names it.
.PARAMETER Plan
    The vendor's plan for it.
.PARAMETER ReportPath
    A folder: the report of the last operation and the offline page are written there.
.PARAMETER Reason
    Why; written into the record.
.PARAMETER ChangeReference
    The ticket or change it belongs to; written into the record.
.EXAMPLE
    Invoke-CrdrPlaybook post-recovery-tasks pg-demo -Argument @{ ReportPath = './reports' }
.NOTES
    Playbook:      Post-recovery tasks
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
    [Nullable[CrdrTools.Side]] $DiscardWritesOn,
    [string] $Cloud,
    [string] $Plan,
    [string] $ReportPath,
    [string] $Reason = 'post-recovery tasks',
    [string] $ChangeReference
)
$ErrorActionPreference = 'Stop'
$record = @{ Reason = $Reason; ChangeReference = $ChangeReference }

# 1. Where does the pair stand, and what is owed? What was left open comes first.
$before = Get-CrdrStatus $Pair
$before
$before.Obligations
if ($before.OpenOperation) {
    [CrdrTools.CrdrPlaybookStop]@{
        Decision = "$($before.OpenOperation) has begun and not ended. Finish it, or close it with a reason, before anything else."
        GoOn     = "Resume-CrdrOperation $($before.OpenOperation)"
    }
    return
}

# 2. Forward protection again. At home: the recovery side follows, or is made. Away from home: the primary is rebuilt until it follows. Writes stay where they are.
if ($before.ActiveMember -eq 'Primary' -and $before.Phase -ne 'Protected') {
    $new = @{}
    if ($Cloud) { $new.Cloud = $Cloud }
    if ($Plan) { $new.Plan = $Plan }
    New-CrdrRecovery $Pair @record @new
}
if ($before.ActiveMember -ne 'Primary') {
    $thrownAway = @(Get-CrdrReadiness $Pair -Verb Restore | Where-Object { $_.Result -eq 'Block' -and $_.Override -like '-DiscardWritesOn *' })
    if ($thrownAway -and $null -eq $DiscardWritesOn) {
        $thrownAway
        [CrdrTools.CrdrPlaybookStop]@{
            Decision = "Before the primary of $($before.Pair) follows again: $($thrownAway[0].Why)"
            GoOn     = "Invoke-CrdrPlaybook post-recovery-tasks $($before.Pair) -Argument @{ DiscardWritesOn = '$($thrownAway[0].Override.Split(' ')[1])' }"
        }
        return
    }
    $old = @{}
    if ($null -ne $DiscardWritesOn) { $old.DiscardWritesOn = $DiscardWritesOn }
    Restore-CrdrPrimary $Pair @record @old
}

# 3. Monitoring: do alarms and dashboards watch the side that takes the writes now? These say which that is, and where clients and readers are led.
$after = Get-CrdrStatus $Pair
$after
Get-CrdrRoute $Pair
Get-CrdrReplicaDns $Pair -ErrorAction SilentlyContinue

# 4. Stale slots, and whatever else should be mended before it is needed: replication slots that nobody reads keep log until the disk is full.
$after.Findings
Get-CrdrReadiness $Pair -Verb Switchover -To $(if ($after.ActiveMember -eq 'Primary') { 'Recovery' } else { 'Primary' }) | Where-Object Result -NE Pass

# 5. The record.
if ($ReportPath) {
    New-CrdrReport -Pair $Pair -OutputPath (Join-Path $ReportPath '') -Force
    Export-CrdrCard $Pair -Path $ReportPath
}
