<#
.SYNOPSIS
    Keeps readers going while a read replica is down: sees that the read-only name that falls back to the primary is on.
.PARAMETER Side
    The side whose service is meant, Primary or Recovery; the one that takes the writes unless given.
.PARAMETER Connection
    The pair, as a hashtable with the keys that describe it. Besides: Token, the vendor's token.
.PARAMETER ConnectionName
    The Automation connection that holds the same, where no hashtable is given.
.PARAMETER StatePath
    The folder for the state, on a hybrid worker.
.NOTES
    Runbook:       Read-replica outage in Azure Automation
    Owner:
    Providers:     Aiven, PostgreSql
    Last reviewed: 2026-11-21
    Review every:  90 days
    RTO:           none
    RPO:           none
    Needs commands: Get-AutomationConnection
#>
[CmdletBinding()]
param(
    [ValidateSet('', 'Primary', 'Recovery')] [string] $Side = '',
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

# The side that takes the writes is meant, unless the caller says otherwise.
$status = Get-CrdrStatus @with
$status
if (-not $Side) { $Side = $status.ActiveMember }

# On already: this does nothing. The name falls back, and leads back, by itself.
Enable-CrdrReplicaDns @with -Side $Side -Force
Get-CrdrReplicaDns @with
