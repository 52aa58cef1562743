<#
.SYNOPSIS
    A whole game day on a pair that is in use: check, rehearse the loss of a region elsewhere, move over, watch, move back, tidy up.
.DESCRIPTION
    Announce it, and let somebody run it who did not write it. Begin checks the pair, rehearses a whole disaster on a stage that is no one's work (a simulator, or a
    lab of real servers), moves the writes to the other region, and stops: now people look at the applications for as long as was agreed. End moves the writes
    home, makes the pair protected again, and writes the record. Nothing is destroyed, and nothing is lost, by the rules of a switchover.
.PARAMETER Pair
    The pair.
.PARAMETER Stage
    Begin, which it is unless given, or End.
.PARAMETER ReportPath
    The folder for the reports; game-day below the current one unless given.
.PARAMETER SkipDrill
    Without the rehearsal elsewhere.
.PARAMETER RebuildSeconds
    How long the simulated vendor of the rehearsal takes to rebuild a service.
.PARAMETER Note
    What was seen; kept with the rehearsal and in the record.
.PARAMETER ChangeReference
    The ticket or change it belongs to; written into the record.
.EXAMPLE
    Invoke-CrdrPlaybook game-day pg-demo
.EXAMPLE
    Invoke-CrdrPlaybook game-day pg-demo -Argument @{ Stage = 'End'; Note = 'the batch jobs had to be restarted by hand' }
.NOTES
    Playbook:      Game day
    Owner:
    Providers:     any
    Last reviewed: 2026-11-21
    Review every:  90 days
    RTO:           pair
    RPO:           none
#>
#Requires -Modules CrdrTools
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'The cmdlets in it ask.')]
param(
    [Parameter(Mandatory, Position = 0)] [object] $Pair,
    [ValidateSet('Begin', 'End')] [string] $Stage = 'Begin',
    [string] $ReportPath = 'game-day',
    [switch] $SkipDrill,
    [double] $RebuildSeconds = 5,
    [string] $Note,
    [string] $ChangeReference
)
$ErrorActionPreference = 'Stop'
$record = @{ Reason = "game day$(if ($Note) { ": $Note" })"; ChangeReference = $ChangeReference }
$status = Get-CrdrStatus $Pair

if ($Stage -eq 'Begin') {
    # 1. Is everything in order? It ends here when the pair could not be moved.
    Invoke-CrdrPlaybook pre-flight-check $Pair -Argument @{ CardPath = $ReportPath }

    # 2. Rehearse the loss of a region, failover, rebuild and failback, where nothing can break.
    if (-not $SkipDrill) { Invoke-CrdrDrill -Provider $status.Provider -For $status.Pair -Note $Note -RebuildSeconds $RebuildSeconds -ReportPath (Join-Path $ReportPath 'drill') }

    # 3. Read aloud what a real failover would do. Nothing is done.
    Get-CrdrPlan $Pair -Verb Failover

    # 4. Move the writes over, on purpose, and see that the pair is protected in that direction.
    Invoke-CrdrSwitchover $Pair -To Recovery @record
    Restore-CrdrPrimary $Pair @record
    Get-CrdrStatus $Pair
    [CrdrTools.CrdrPlaybookStop]@{
        Decision = "$($status.Pair) runs in its other region. Look at the applications, the alarms and the dashboards for as long as was agreed; write down what you saw."
        GoOn     = "Invoke-CrdrPlaybook game-day $($status.Pair) -Argument @{ Stage = 'End'; Note = '' }"
    }
    return
}

# 5. Move the writes home, and see that the pair is protected again.
Restore-CrdrPrimary $Pair -TakeOver @record
Invoke-CrdrPlaybook post-recovery-tasks $Pair -Argument @{ Reason = $record.Reason; ChangeReference = $ChangeReference }

# 6. The record: what each move cost, beside the objectives.
New-CrdrReport -Pair $Pair -Last 3 -OutputPath (Join-Path $ReportPath '') -Force
Get-CrdrStatus $Pair
[CrdrTools.CrdrNextAction]@{
    What    = 'Write down what was learnt, and mark the playbooks that were followed as reviewed'
    Command = "Confirm-CrdrPlaybook game-day -Reason 'game day'"
}
