# Shared by the suites: the built module, a simulator of its own for each suite, state and pair file of its own.

$script:Root = Split-Path (Split-Path $PSScriptRoot)
$ProgressPreference = 'SilentlyContinue'
Import-Module (Join-Path $Root 'CrdrTools.psd1') -Force

function New-Stage {
    # A simulator, empty state, and one registered pair (unless -Bare): pg-demo, or with -Cloud crdb-demo. What takes seconds
    # elsewhere takes tenths here.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param([hashtable] $Setting = @{}, [switch] $Bare, [switch] $Cloud)
    $home_ = Join-Path ([IO.Path]::GetTempPath()) "crdr-$([guid]::NewGuid().ToString('N').Substring(0, 12))"
    $null = New-Item -ItemType Directory $home_
    $env:CRDR_STATE = Join-Path $home_ 'state'
    $env:CRDR_PAIRS = Join-Path $home_ 'pairs.json'
    $env:CRDR_TEST_TOKEN = 'demo'
    $settings = @{ RebuildSeconds = 0.3; TakeoverSeconds = 0.1; TakeoverWriteGapSeconds = 0.05; FailoverSeconds = 0.05 }
    if ($Cloud) {
        $settings += @{
            CockroachRateLimitPerSecond = 0; CockroachStartingSeconds = 0.1; CockroachInitialScanSeconds = 0.2; CockroachFailoverSeconds = 0.1
            CockroachLagSeconds = 0.2; CockroachReplicatedTimeStepSeconds = 0
        }
    }
    foreach ($key in $Setting.Keys) { $settings[$key] = $Setting[$key] }
    $simulator = Start-CrdrSimulator -Setting $settings
    $stage = [pscustomobject]@{ Simulator = $simulator; Home = $home_; State = $env:CRDR_STATE; PairFile = $env:CRDR_PAIRS }
    if (-not $Bare -and $Cloud) {
        $null = Register-CrdrPair -Provider CockroachCloud -Primary crdb-demo -Endpoint $simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 -Rpo 60 -TestPair
    }
    elseif (-not $Bare) {
        $null = Register-CrdrPair -Project demo -Primary pg-demo -Endpoint $simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 -Rto 60 -Rpo 5
    }
    Clear-Request $stage
    $stage
}

function Remove-Stage {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param($Stage)
    $Stage.Simulator | Stop-CrdrSimulator
    Remove-Item -Recurse -Force $Stage.Home -ErrorAction Ignore
    $env:CRDR_STATE = $null
    $env:CRDR_PAIRS = $null
    $env:CRDR_TEST_TOKEN = $null
}

function Set-FreshKey {
    # Another key for the same clusters: the module keeps each key within the vendor's rate limit, and tests need not wait for that.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param($Stage)
    $env:CRDR_TEST_TOKEN = [guid]::NewGuid().ToString('N')
    $null = Invoke-Control $Stage '/keys' Post @{ token = $env:CRDR_TEST_TOKEN; clusters = @('crdb-demo', 'crdb-demo-dr') }
}

function New-ScriptRoute {
    # A route that a shell script moves: two files say where it leads and what is fenced.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param($Stage)
    $script = Join-Path $Stage.Home 'route.sh'
    Set-Content (Join-Path $Stage.Home 'target') primary -NoNewline
    Set-Content (Join-Path $Stage.Home 'fenced') '' -NoNewline
    Set-Content $script (@(
            'cd "$(dirname "$0")" || exit 9'
            'case "$1" in'
            '  observe) echo "target=$(cat target)"; echo "fenced=$(cat fenced)" ;;'
            '  fence) printf %s "$CRDR_SIDE" > fenced ;;'
            '  unfence) [ "$(cat fenced)" = "$CRDR_SIDE" ] && printf "" > fenced ;;'
            '  switch) printf %s "$CRDR_SIDE" > target; [ "$(cat fenced)" = "$CRDR_SIDE" ] && printf "" > fenced ;;'
            'esac'
            'exit 0') -join "`n")
    $route = @{ Name = 'app'; Type = 'Command' }
    foreach ($verb in 'Observe', 'Fence', 'Unfence', 'Switch') { $route[$verb] = '/bin/sh', $script, $verb.ToLowerInvariant() }
    $route
}

function Invoke-Control {
    param($Stage, [string] $Path = '', [string] $Method = 'Get', $Body)
    $VerbosePreference = $DebugPreference = 'SilentlyContinue'
    $call = @{ Uri = "$($Stage.Simulator.Control)$Path"; Method = $Method }
    if ($null -ne $Body) { $call.Body = ConvertTo-Json $Body -Depth 5 -Compress; $call.ContentType = 'application/json' }
    Invoke-RestMethod @call
}

function Set-Outage {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param($Stage, [bool] $Down = $true, [string] $Region = 'europe-west1')
    $null = Invoke-Control $Stage "/regions/$Region/outage" Post @{ down = $Down }
}

function Set-Setting {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param($Stage, [hashtable] $Setting)
    $null = Invoke-Control $Stage '/settings' Put $Setting
}

function Add-Fault {
    param($Stage, [hashtable] $Fault)
    $null = Invoke-Control $Stage '/faults' Post $Fault
}

function Clear-Fault {
    param($Stage)
    $null = Invoke-Control $Stage '/faults' Delete
}

function Get-Request {
    # What the vendor's API was asked, changing requests only with -Changing.
    param($Stage, [switch] $Changing)
    $all = @((Invoke-Control $Stage '/requests').requests)
    if ($Changing) { @($all | Where-Object changing) } else { $all }
}

function Clear-Request {
    param($Stage)
    $null = Invoke-Control $Stage '/requests' Delete
}

function Wait-Until {
    # Looks until something is so; that it never comes about is a failure, not a reason to go on.
    param([scriptblock] $Condition, [int] $Seconds = 20)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -gt $Seconds) { throw "Not so within $Seconds s: $Condition" }
        [Threading.Thread]::Sleep(10)
    }
}

function Get-Thrown {
    # The error a script block ends with, or nothing.
    param([scriptblock] $Script)
    try { $null = & $Script 2>$null } catch { return $_ }
}

function Invoke-Quietly {
    # Output and errors of a command, side by side, whatever it throws at the end.
    param([scriptblock] $Script)
    $errors = [Collections.Generic.List[object]]::new()
    $output = [Collections.Generic.List[object]]::new()
    $thrown = $null
    try {
        & $Script 2>&1 | ForEach-Object { if ($_ -is [Management.Automation.ErrorRecord]) { $errors.Add($_) } else { $output.Add($_) } }
    }
    catch {
        $thrown = $_
    }
    [pscustomobject]@{ Output = @($output); Errors = @($errors); Thrown = $thrown }
}

function New-TestSession {
    # Another PowerShell in this process, with a host that remembers what was shown and answers prompts as told.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    param([scriptblock] $OnPrompt = { 0 })
    if (-not ('CrdrTest.RecordingHost' -as [type])) { Add-Type -Path (Join-Path $PSScriptRoot 'RecordingHost.cs') }
    $recording = [CrdrTest.RecordingHost]::new()
    $recording.UI.OnPrompt = [Func[string, string, int]] $OnPrompt
    $runspace = [runspacefactory]::CreateRunspace($recording)
    $runspace.Open()
    $shell = [powershell]::Create()
    $shell.Runspace = $runspace
    $null = $shell.AddCommand('Import-Module').AddParameter('Name', (Join-Path $Root 'CrdrTools.psd1')).Invoke()
    $shell.Commands.Clear()
    [pscustomobject]@{ Shell = $shell; Host = $recording; Runspace = $runspace }
}
