<#
.SYNOPSIS
    Swaps the regions on a schedule: run in the other one for a while, then swap back, or stay.
.DESCRIPTION
    A recovery region that has never carried the load is a hope. Swap moves the writes there on purpose and sees that the pair is protected in that
    direction too. Then people run in it for as long as they agreed upon; after that SwapBack takes the writes home, or Stay says that they stay.
.PARAMETER Pair
    The pair.
.PARAMETER Stage
    Swap, which it is unless given; SwapBack; or Stay.
.PARAMETER Reason
    Why; written into the record.
.PARAMETER ChangeReference
    The ticket or change it belongs to; written into the record.
.EXAMPLE
    Invoke-CrdrPlaybook scheduled-rotation pg-demo
.EXAMPLE
    Invoke-CrdrPlaybook scheduled-rotation pg-demo -Argument @{ Stage = 'SwapBack' }
.NOTES
    Playbook:      Scheduled rotation
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
    [ValidateSet('Swap', 'SwapBack', 'Stay')] [string] $Stage = 'Swap',
    [string] $Reason = 'scheduled rotation',
    [string] $ChangeReference
)
$ErrorActionPreference = 'Stop'
$record = @{ Reason = $Reason; ChangeReference = $ChangeReference }

# 1. Where does the pair stand?
$before = Get-CrdrStatus $Pair
$before

# 2. Swap: the recovery side takes the writes, and the primary follows it from then on (where the vendor keeps the copy by itself, that does nothing).
if ($Stage -eq 'Swap') {
    Invoke-CrdrSwitchover $Pair -To Recovery @record
    Restore-CrdrPrimary $Pair @record
    Get-CrdrStatus $Pair
    [CrdrTools.CrdrPlaybookStop]@{
        Decision = "$($before.Pair) runs in its other region, and is protected there. Run there for as long as was agreed; then swap back (SwapBack), or stay (Stay)."
        GoOn     = "Invoke-CrdrPlaybook scheduled-rotation $($before.Pair) -Argument @{ Stage = 'SwapBack' }"
    }
    return
}

# 3. Swap back: the primary takes the writes again, and the recovery side follows it, which some vendors see to by themselves.
if ($Stage -eq 'SwapBack') {
    Restore-CrdrPrimary $Pair -TakeOver @record
    if ((Get-CrdrStatus $Pair).Phase -ne 'Protected') { New-CrdrRecovery $Pair @record }
}

# 4. Or stay: nothing moves. The pair has to be protected away from home; if it is not, this mends it.
if ($Stage -eq 'Stay') {
    Restore-CrdrPrimary $Pair @record
}

# 5. Look again: Protected at home, ReadyToFailBack away from it.
Get-CrdrStatus $Pair
[CrdrTools.CrdrNextAction]@{
    What    = 'The rotation has ended. When the next one is due is told by the schedule'
    Command = "Get-CrdrSchedule -Pair $($before.Pair)"
}
