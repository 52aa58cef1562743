<#
.SYNOPSIS
    Moves the writes to the other region on purpose. Nothing is lost.
.DESCRIPTION
    For maintenance of a region, or to leave it before something comes. Both regions are well: if one of them is lost, this is the wrong page; see
    regional-failover. Clients cannot write for as long as the move takes.
.PARAMETER Pair
    The pair.
.PARAMETER To
    The side that shall take the writes: Primary or Recovery.
.PARAMETER Reason
    Why; written into the record.
.PARAMETER ChangeReference
    The ticket or change it belongs to; written into the record.
.EXAMPLE
    Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = 'Recovery'; Reason = 'maintenance of the power supply' }
.NOTES
    Playbook:      Planned switchover
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
    [Parameter(Mandatory)] [ValidateSet('Primary', 'Recovery')] [string] $To,
    [string] $Reason = 'planned switchover',
    [string] $ChangeReference
)
$ErrorActionPreference = 'Stop'

# 1. Where does the pair stand? It should be Protected, or ReadyToFailBack.
Get-CrdrStatus $Pair

# 2. Could it be moved now? A row that says Block is in the way, and step 3 will refuse for it.
Get-CrdrReadiness $Pair -Verb Switchover -To $To | Where-Object Result -NE Pass

# 3. Move the writes. It shows the plan and asks; everything is checked again right before each change.
Invoke-CrdrSwitchover $Pair -To $To -Reason $Reason -ChangeReference $ChangeReference

# 4. Look again: who takes the writes now, and what is left to do?
$after = Get-CrdrStatus $Pair
$after
[CrdrTools.CrdrNextAction]@{
    What    = 'See that the applications write to the new side, and that the pair is protected again'
    Command = "Invoke-CrdrPlaybook post-recovery-tasks $($after.Pair)"
}
