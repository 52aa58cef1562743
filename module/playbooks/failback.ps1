<#
.SYNOPSIS
    Rebuilds the primary after a failover and, when a person says so, takes the writes home.
.DESCRIPTION
    Run it when the old region is back. It rebuilds the primary until it is caught up and stops there; nothing has moved then, and the pair is protected away
    from home. Run again with TakeOver, it moves the writes home; clients cannot write for as long as that takes.
    What the old primary holds is erased and copied anew where the vendor knows no other way. If it took writes of its own after the failover, it is
    refused until DiscardWritesOn names it.
.PARAMETER Pair
    The pair.
.PARAMETER TakeOver
    Decided: the writes go home now.
.PARAMETER TakeOverWindow
    With TakeOver: only then, as HH:mm-HH:mm in UTC.
.PARAMETER DiscardWritesOn
    Decided: the member whose own later writes may be thrown away, Primary or Recovery.
.PARAMETER Reason
    Why; written into the record.
.PARAMETER ChangeReference
    The ticket or change it belongs to; written into the record.
.EXAMPLE
    Invoke-CrdrPlaybook failback pg-demo
.EXAMPLE
    Invoke-CrdrPlaybook failback pg-demo -Argument @{ TakeOver = $true; TakeOverWindow = '22:00-04:00' }
.NOTES
    Playbook:      Failback
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
    [switch] $TakeOver,
    [string] $TakeOverWindow,
    [Nullable[CrdrTools.Side]] $DiscardWritesOn,
    [string] $Reason = 'failback',
    [string] $ChangeReference
)
$ErrorActionPreference = 'Stop'
$record = @{ Reason = $Reason; ChangeReference = $ChangeReference }
if ($null -ne $DiscardWritesOn) { $record.DiscardWritesOn = $DiscardWritesOn }

# 1. Where does the pair stand? The recovery side should take the writes, and the old region should answer again.
$before = Get-CrdrStatus $Pair
$before

# 2. Would writes of the old primary be thrown away? They are kept aside first. A person decides.
$thrownAway = @(Get-CrdrReadiness $Pair -Verb Restore | Where-Object { $_.Result -eq 'Block' -and $_.Override -like '-DiscardWritesOn *' })
if ($thrownAway -and $null -eq $DiscardWritesOn) {
    $thrownAway
    [CrdrTools.CrdrPlaybookStop]@{
        Decision = "Before $($before.Pair) is rebuilt: $($thrownAway[0].Why)"
        GoOn     = "Invoke-CrdrPlaybook failback $($before.Pair) -Argument @{ DiscardWritesOn = '$($thrownAway[0].Override.Split(' ')[1])' }"
    }
    return
}

# 3. Rebuild the primary until it is caught up. The other side goes on taking the writes. Where it is caught up already, this does nothing.
Restore-CrdrPrimary $Pair @record

# 4. A person decides when the writes go home: it is caught up, and stays so.
if (-not $TakeOver) {
    Get-CrdrStatus $Pair
    [CrdrTools.CrdrPlaybookStop]@{
        Decision = "The primary of $($before.Pair) is caught up. Shall the writes go home? Clients cannot write for as long as that takes."
        GoOn     = "Invoke-CrdrPlaybook failback $($before.Pair) -Argument @{ TakeOver = `$true }"
    }
    return
}

# 5. Take the writes home.
if ($TakeOverWindow) { $record.TakeOverWindow = $TakeOverWindow }
Restore-CrdrPrimary $Pair -TakeOver @record

# 6. Look again: the primary should take the writes.
Get-CrdrStatus $Pair
[CrdrTools.CrdrNextAction]@{
    What    = 'See that the applications write to the primary, and that the pair is protected again'
    Command = "Invoke-CrdrPlaybook post-recovery-tasks $($before.Pair)"
}
