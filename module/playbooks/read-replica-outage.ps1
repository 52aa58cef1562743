<#
.SYNOPSIS
    Keeps readers going while a read replica is down.
.DESCRIPTION
    For standbys that do not answer while the primary is well. The read-only name that falls back to the primary does the work: when no standby can be read
    from for a while, it leads to the primary, and back when one can. This looks at it, and has it switched on where a person wants that.
.PARAMETER Pair
    The pair.
.PARAMETER Enable
    Decided: the read-only name is switched on.
.PARAMETER Side
    The side whose service is meant, Primary or Recovery; the one that takes the writes unless given.
.EXAMPLE
    Invoke-CrdrPlaybook read-replica-outage pg-demo
.NOTES
    Playbook:      Read-replica outage
    Owner:
    Providers:     Aiven, PostgreSql
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
    [switch] $Enable,
    [Nullable[CrdrTools.Side]] $Side
)
$ErrorActionPreference = 'Stop'

# 1. Is it only the replica? If nobody takes the writes, this is the wrong page: see regional-failover.
$before = Get-CrdrStatus $Pair
$before
if ($null -eq $Side) { $Side = $before.ActiveMember }

# 2. Where does the read-only name lead, and which standbys are well?
$name = Get-CrdrReplicaDns $Pair | Where-Object { $null -eq $_.Side -or $_.Side -eq $Side }
$name

# 3. It is off: readers that connect to the standby itself are cut off. A person decides whether they get the name instead.
if (-not $name.Enabled -and -not $Enable) {
    [CrdrTools.CrdrPlaybookStop]@{
        Decision = "The read-only name of $($before.Pair) is off. Shall it be switched on? Readers have to connect to it then; while no standby is well, they load the primary."
        GoOn     = "Invoke-CrdrPlaybook read-replica-outage $($before.Pair) -Argument @{ Enable = `$true }"
    }
    return
}

# 4. Switch it on; where it is on already, this does nothing.
Enable-CrdrReplicaDns $Pair -Side $Side

# 5. Look again. It leads to the primary once no standby was there for its time, which takes that long.
Get-CrdrReplicaDns $Pair | Where-Object { $null -eq $_.Side -or $_.Side -eq $Side }
[CrdrTools.CrdrNextAction]@{
    What    = 'Mend or replace the standby at the vendor. The name leads back to it by itself; look with'
    Command = "Get-CrdrReplicaDns $($before.Pair)"
}
