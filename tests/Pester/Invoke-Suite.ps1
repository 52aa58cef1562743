<#
.SYNOPSIS
    Runs one suite and writes its totals as JSON.
#>
[CmdletBinding()]
param(
    # The suite: the path of a *.Tests.ps1 file.
    [Parameter(Mandatory)] [string] $Path,
    # Where the totals go: { "suite": ..., "passed": n, "failed": n, "skipped": n }.
    [Parameter(Mandatory)] [string] $Totals
)

Import-Module Pester -MinimumVersion 5.0 -ErrorAction Stop
foreach ($name in 'CRDR_STATE', 'CRDR_PAIRS') { Set-Item "env:$name" $null }

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
$result = Invoke-Pester -Configuration $configuration

# A file that cannot even be discovered counts as a failure.
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
$null = New-Item -ItemType Directory -Force (Split-Path $Totals)
[ordered]@{
    suite   = [IO.Path]::GetFileName($Path) -replace '\.Tests\.ps1$'
    passed  = $result.PassedCount
    failed  = $failed
    skipped = $result.SkippedCount
} | ConvertTo-Json | Set-Content $Totals
exit [Math]::Min($failed, 100)
