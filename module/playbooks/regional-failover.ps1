<#
.SYNOPSIS
    Leaves a region that is lost: the other side takes the writes.
.DESCRIPTION
    For a region that is gone, or is to be given up. While both regions are well this is the wrong page: a planned-switchover loses nothing.
    What cannot be known (how much was written last, whether the old side still takes writes) is for a person to decide: the playbook stops there, says what
    stands in the way, and prints the command that goes on.
.PARAMETER Pair
    The pair.
.PARAMETER OutageSince
    When the outage began, with its zone; the recovery time counts from then.
.PARAMETER GiveUpHealthyPrimary
    Decided: the primary still answers, and is given up all the same.
.PARAMETER AllowDataLoss
    Decided: what did not arrive in the other region is lost.
.PARAMETER AllowUnfenced
    Decided: nothing keeps clients away from the old side.
.PARAMETER Reason
    Why; written into the record.
.PARAMETER ChangeReference
    The ticket or change it belongs to; written into the record.
.EXAMPLE
    Invoke-CrdrPlaybook regional-failover pg-demo -Argument @{ OutageSince = '2026-01-31T03:00:00Z'; Reason = 'europe-west1 is down' }
.NOTES
    Playbook:      Regional failover
    Owner:
    Providers:     any
    Last reviewed: 2026-11-21
    Review every:  90 days
    RTO:           pair
    RPO:           pair
#>
#Requires -Modules CrdrTools
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSShouldProcess', '', Justification = 'The cmdlets in it ask.')]
param(
    [Parameter(Mandatory, Position = 0)] [object] $Pair,
    [Nullable[DateTimeOffset]] $OutageSince,
    [switch] $GiveUpHealthyPrimary,
    [switch] $AllowDataLoss,
    [switch] $AllowUnfenced,
    [string] $Reason = 'regional failover',
    [string] $ChangeReference
)
$ErrorActionPreference = 'Stop'
$decided = $PSBoundParameters.Keys | ForEach-Object { "-$_" }

# 1. Where does the pair stand? Believe your monitoring and the vendor's status page too: is the region lost?
$before = Get-CrdrStatus $Pair
$before

# 2. The primary is well: that is no outage. A switchover loses nothing; to give the primary up all the same is a person's decision.
if ($before.Phase -eq 'Protected' -and -not $GiveUpHealthyPrimary) {
    [CrdrTools.CrdrPlaybookStop]@{
        Decision = "$($before.Pair) is protected, and its primary answers. A switchover leaves it and loses nothing; a failover gives it up, and is asked for with GiveUpHealthyPrimary."
        GoOn     = "Invoke-CrdrPlaybook planned-switchover $($before.Pair) -Argument @{ To = 'Recovery' }"
    }
    return
}

# 3. What stands in the way? What has a switch, and was not decided yet, is for a person.
$toDecide = @(Get-CrdrReadiness $Pair -Verb Failover | Where-Object { $_.Result -eq 'Block' -and $_.Override -and $_.Override -notin $decided })
$toDecide
if ($toDecide) {
    $switches = @($decided | Where-Object { $_ -in '-GiveUpHealthyPrimary', '-AllowDataLoss', '-AllowUnfenced' }) + $toDecide.Override | Select-Object -Unique
    [CrdrTools.CrdrPlaybookStop]@{
        Decision = "Before $($before.Pair) is failed over: $(($toDecide | ForEach-Object { "$($_.Name): $($_.Why)" }) -join '; ')"
        GoOn     = "Invoke-CrdrPlaybook regional-failover $($before.Pair) -Argument @{ $(($switches | ForEach-Object { "$($_.TrimStart('-')) = `$true" }) -join '; ') }"
    }
    return
}

# 4. Fail over. It shows the plan and asks; everything is checked again right before each change.
$decision = @{ GiveUpHealthyPrimary = $GiveUpHealthyPrimary; AllowDataLoss = $AllowDataLoss; AllowUnfenced = $AllowUnfenced }
if ($null -ne $OutageSince) { $decision.OutageSince = $OutageSince }
Invoke-CrdrFailover $Pair @decision -Reason $Reason -ChangeReference $ChangeReference

# 5. Look again: who takes the writes now? What is owed (fence the old side when it answers) stands under Obligations.
Get-CrdrStatus $Pair
[CrdrTools.CrdrNextAction]@{
    What    = 'See that the applications write to the new side. When the old region is back, rebuild it; it takes nothing back by itself'
    Command = "Invoke-CrdrPlaybook failback $($before.Pair)"
}
