<#
.SYNOPSIS
    Measures what importing the module and the first Get-CrdrStatus add to a bare start of PowerShell.
.DESCRIPTION
    Starts fresh processes in turn, one of each kind a round, so that what else the machine does falls on all of them alike, and
    shows the medians side by side. The status is asked of a simulator in this process, over loopback.
.EXAMPLE
    ./Measure-Import.ps1 -Round 15
#>
[CmdletBinding()]
[OutputType([pscustomobject])]
param(
    # How many processes of each kind.
    [ValidateRange(3, 1000)] [int] $Round = 11,
    # The manifest of the module that is measured.
    [string] $Manifest = (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'CrdrTools.psd1')
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

function Get-Median {
    param([double[]] $Value)
    $sorted = @($Value | Sort-Object)
    $sorted[[Math]::Floor($sorted.Count / 2)]
}

Import-Module $Manifest
$simulator = Start-CrdrSimulator
$folder = Join-Path ([IO.Path]::GetTempPath()) "crdr-measure-$PID"
try {
    $env:CRDR_STATE = Join-Path $folder 'state'
    $env:CRDR_PAIRS = Join-Path $folder 'pairs.json'
    $env:CRDR_MEASURE_TOKEN = 'demo'
    $null = Register-CrdrPair -Project demo -Primary pg-demo -Endpoint $simulator.Endpoint -Secret env:CRDR_MEASURE_TOKEN
    $kinds = [ordered]@{
        'bare pwsh'                       = 'exit 0'
        'and Import-Module'               = "Import-Module '$Manifest'"
        'and the first status'            = "Import-Module '$Manifest'; `$null = Get-CrdrStatus pg-demo"
        'the same with Invoke-RestMethod' = "`$null = Invoke-RestMethod '$($simulator.Endpoint)v1/project/demo/service/pg-demo' -Headers @{ Authorization = 'Bearer demo' }; `$null = Invoke-RestMethod '$($simulator.Endpoint)v1/project/demo/service/pg-demo-dr' -Headers @{ Authorization = 'Bearer demo' }"
    }
    $took = @{}
    foreach ($kind in $kinds.Keys) { $took[$kind] = [Collections.Generic.List[double]]::new() }
    # The first round warms the disk and is not counted.
    for ($i = 0; $i -le $Round; $i++) {
        foreach ($kind in $kinds.Keys) {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $kinds[$kind]
            if ($LASTEXITCODE -ne 0) { throw "$kind ended with $LASTEXITCODE." }
            if ($i -gt 0) { $took[$kind].Add($watch.Elapsed.TotalMilliseconds) }
        }
    }
    $bare = Get-Median $took['bare pwsh']
    $before = $bare
    foreach ($kind in $kinds.Keys) {
        # Each is held against the run it adds to: importing and the request by hand against bare PowerShell, the status against importing.
        if ($kind -notlike 'and the first*') { $before = $bare }
        $median = Get-Median $took[$kind]
        [pscustomobject]@{
            Run          = $kind
            Milliseconds = [int]$median
            Adds         = [int]($median - $before)
            TimesBare    = [Math]::Round($median / $bare, 2)
        }
        $before = $median
    }
}
finally {
    $simulator | Stop-CrdrSimulator
    Remove-Item -Recurse -Force $folder -ErrorAction Ignore
}
