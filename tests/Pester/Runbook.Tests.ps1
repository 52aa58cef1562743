BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $WarningPreference = 'SilentlyContinue'
    $runbooks = Join-Path $Root 'module/playbooks/runbooks'

    function New-Connection {
        # The pair as an Automation connection has it: texts, and the token among them.
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
        param([hashtable] $More = @{})
        @{ Provider = 'Aiven'; Project = 'demo'; Primary = 'pg-demo'; Recovery = 'pg-demo-dr'; Endpoint = "$($stage.Simulator.Endpoint)"; QuietTime = '0'; Token = $stage.Simulator.TokenText; SoleController = 'True' } + $More
    }

    function Invoke-Job {
        # Runs a runbook as a sandbox does: nobody at the prompt, the job's id in a variable, streams on record, an error that fails it.
        param([string] $Name, [hashtable] $Argument = @{}, [string] $Job = [guid]::NewGuid())
        $started = @{} + $Argument
        if (-not $started.ContainsKey('Connection') -and -not $started.ContainsKey('RecoveryPlanContext') -and -not $started.ContainsKey('ConnectionName')) { $started.Connection = New-Connection }
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($Module, $Connections) Import-Module $Module; $global:Connections = $Connections
            function global:Get-AutomationConnection { param([string] $Name) if (-not $Connections.ContainsKey($Name)) { throw "no connection $Name" }; $Connections[$Name] }
            $global:PSPrivateMetadata = @{ JobId = $args[0] }').AddArgument((Join-Path $Root 'CrdrTools.psd1')).AddArgument($connections).AddArgument([guid] $Job).Invoke()
        $shell.Commands.Clear()
        $null = $shell.AddCommand((Join-Path $runbooks "crdr-$Name.ps1")).AddParameters($started)
        $failed = $null
        $output = [Collections.Generic.List[object]]::new()
        try { $shell.Invoke($null, $output) } catch { $failed = $_.Exception.GetBaseException() }
        $came = [pscustomobject]@{
            Output = @($output); Failed = $failed; ErrorId = if ($failed.ErrorRecord) { ($failed.ErrorRecord.FullyQualifiedErrorId -split ',')[0] }
            Progress = @($shell.Streams.Progress | Where-Object Activity -NE 'Preparing modules for first use.'); Operations = @($output | Where-Object { $_ -is [CrdrTools.CrdrOperation] })
        }
        $shell.Dispose()
        $came
    }

    function Get-Phase { (Get-CrdrStatus pg-demo).Phase }
}

Describe 'A runbook' {
    BeforeEach {
        $stage = New-Stage
        $env:AUTOMATION_ASSET_SANDBOX_ID = '1'
        $connections = @{ CrdrPair = New-Connection; 'hr-web' = New-Connection }
    }
    AfterEach {
        $env:AUTOMATION_ASSET_SANDBOX_ID = $null
        Remove-Stage $stage
    }

    It 'planned-switchover moves the writes: objects out, no progress, the job''s id as the operation''s' {
        $id = [guid]::NewGuid()
        $job = Invoke-Job planned-switchover @{ To = 'Recovery'; ChangeReference = 'CHG-1' } -Job $id
        $job.Failed | Should -BeNullOrEmpty
        $job.Progress | Should -BeNullOrEmpty
        $job.Operations.Outcome | Should -Be 'Succeeded'
        $job.Operations.Id | Should -Be "job-$id"
        $job.Operations.ChangeReference | Should -Be 'CHG-1'
        $job.Output[-1].Phase | Should -Be 'ReadyToFailBack'
    }

    It 'finds the pair in the Automation connection that is named, and fails the job where there is none' {
        (Invoke-Job planned-switchover @{ To = 'Recovery'; ConnectionName = 'CrdrPair' }).Operations.Outcome | Should -Be 'Succeeded'
        (Invoke-Job pre-flight-check @{ ConnectionName = 'other' }).Failed.Message | Should -Be 'no connection other'
    }

    It 'fails the job when the operation does not succeed: <Name>' -ForEach @(
        @{ Name = 'planned-switchover'; Argument = @{ To = 'Recovery' } }
        @{ Name = 'regional-failover'; Argument = @{ AllowDataLoss = $true; GiveUpHealthyPrimary = $true } }
        @{ Name = 'scheduled-rotation'; Argument = @{} }
        @{ Name = 'game-day'; Argument = @{} }
        @{ Name = 'read-replica-outage'; Argument = @{} }
    ) {
        Add-Fault $stage @{ kind = 'ServiceUpdate'; action = 'Status'; status = 403 }
        $job = Invoke-Job $Name $Argument
        $job.ErrorId | Should -Be 'PermissionDenied'
        @($job.Operations.Outcome | Where-Object { $_ -eq 'Succeeded' }) | Should -BeNullOrEmpty
        Get-Phase | Should -Be 'Protected'
    }

    It 'is refused in a sandbox until the connection says that nobody else acts on the pair' {
        $shared = New-Connection
        $shared.Remove('SoleController')
        $job = Invoke-Job planned-switchover @{ To = 'Recovery'; Connection = $shared }
        $job.ErrorId | Should -Be 'SoleController'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'that is started again with the same id takes up what it began; with the disk gone it goes on from what it sees' {
        Set-Setting $stage @{ takeoverSeconds = 100000 }
        $connection = New-Connection
        $null = Invoke-CrdrSwitchover @{ Project = 'demo'; Primary = 'pg-demo'; Recovery = 'pg-demo-dr'; Endpoint = "$($stage.Simulator.Endpoint)"; QuietTime = 0 } -Token $stage.Simulator.Token -To Recovery -Force -SoleController -NoWait -OperationId mine
        $null = Invoke-Control $stage '/clock' Post @{ advanceSeconds = 100001 }
        $again = Invoke-Job planned-switchover @{ To = 'Recovery'; OperationId = 'mine'; Connection = $connection }
        $again.Operations.Id | Should -Be 'mine'
        $again.Operations.Outcome | Should -Be 'Succeeded'
        Remove-Item -Recurse -Force $stage.State
        $gone = Invoke-Job planned-switchover @{ To = 'Recovery'; OperationId = 'mine'; Connection = $connection }
        $gone.Operations.Outcome | Should -Be 'Succeeded'
        @(Get-Request $stage -Changing).Count | Should -Be 1
    }

    It 'with the disk gone in the middle waits for what was asked for, and asks for nothing again' {
        Set-Setting $stage @{ rebuildSeconds = 100000 }
        Set-Outage $stage
        (Invoke-Job regional-failover @{ AllowDataLoss = $true }).Failed | Should -BeNullOrEmpty
        Set-Outage $stage $false
        $null = Restore-CrdrPrimary pg-demo -Force -SoleController -NoWait
        Remove-Item -Recurse -Force $stage.State
        Clear-Request $stage
        $null = Invoke-Control $stage '/clock' Post @{ advanceSeconds = 100001 }
        $job = Invoke-Job failback @{ TakeOver = $true; OperationId = 'two' }
        $job.Failed | Should -BeNullOrEmpty
        @(Get-Request $stage -Changing | Where-Object { $_.body -like '*passive*' }) | Should -BeNullOrEmpty
        Get-Phase | Should -Be 'Protected'
    }

    It 'regional-failover is told by a recovery plan: Test changes nothing, and fails where a move would' {
        $plan = @{ RecoveryPlanName = 'hr-web'; FailoverType = 'Test'; FailoverDirection = 'PrimaryToSecondary'; GroupId = '1'; VmMap = @{} }
        $job = Invoke-Job regional-failover @{ RecoveryPlanContext = [pscustomobject] $plan }
        $job.Failed | Should -BeNullOrEmpty
        @($job.Output | Where-Object { $_ -is [CrdrTools.CrdrPlan] }) | Should -HaveCount 1
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        Set-Outage $stage $true 'europe-west4'
        (Invoke-Job regional-failover @{ RecoveryPlanContext = [pscustomobject] $plan }).ErrorId | Should -Be 'NotReady'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'regional-failover is told by a recovery plan: Planned switches over, there and back, also as JSON' {
        $there = @{ RecoveryPlanName = 'hr-web'; FailoverType = 'Planned'; FailoverDirection = 'PrimaryToSecondary' } | ConvertTo-Json
        $job = Invoke-Job regional-failover @{ RecoveryPlanContext = $there }
        $job.Operations.Verb | Should -Be 'Switchover'
        $job.Operations.Reason | Should -Be 'recovery plan hr-web, Planned'
        Get-Phase | Should -Be 'ReadyToFailBack'
        $back = @{ RecoveryPlanName = 'hr-web'; FailoverType = 'Planned'; FailoverDirection = 'SecondaryToPrimary' } | ConvertTo-Json
        (Invoke-Job regional-failover @{ RecoveryPlanContext = $back }).Operations.Outcome | Should -Be 'Succeeded'
        Get-Phase | Should -Be 'Protected'
    }

    It 'regional-failover is told by a recovery plan: Unplanned leaves the region; what the loss may be is the pair''s decision' {
        $plan = [pscustomobject] @{ RecoveryPlanName = 'hr-web'; FailoverType = 'Unplanned'; FailoverDirection = 'PrimaryToSecondary' }
        Set-Outage $stage
        (Invoke-Job regional-failover @{ RecoveryPlanContext = $plan }).ErrorId | Should -Be 'LossBound'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        $connections['hr-web'].UnknownLag = 'Accept'
        (Invoke-Job regional-failover @{ RecoveryPlanContext = $plan; OutageSince = [DateTimeOffset]::UtcNow.AddSeconds(-30).ToString('o') }).Operations.Rto.TotalSeconds | Should -BeGreaterThan 30
        Get-Phase | Should -Be 'FailedOver'
    }

    It 'regional-failover takes no kind of failover that it does not know' {
        $plan = [pscustomobject] @{ RecoveryPlanName = 'hr-web'; FailoverType = 'Partial'; FailoverDirection = 'PrimaryToSecondary' }
        (Invoke-Job regional-failover @{ RecoveryPlanContext = $plan }).Failed | Should -Not -BeNullOrEmpty
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'failback, and post-recovery-tasks after it: rebuilt, home, protected; a job that fails on the way says so' {
        Set-Outage $stage
        $null = Invoke-Job regional-failover @{ AllowDataLoss = $true }
        Set-Outage $stage $false
        Add-Fault $stage @{ kind = 'ServiceUpdate'; action = 'Status'; status = 403; times = 1 }
        (Invoke-Job post-recovery-tasks).ErrorId | Should -Be 'PermissionDenied'
        (Invoke-Job post-recovery-tasks).Operations.Verb | Should -Be 'Restore'
        Get-Phase | Should -Be 'ReadyToFailBack'
        Add-Fault $stage @{ kind = 'ServiceUpdate'; action = 'Status'; status = 403; times = 1 }
        (Invoke-Job failback @{ TakeOver = $true }).ErrorId | Should -Be 'PermissionDenied'
        (Invoke-Job failback @{ TakeOver = $true }).Output[-1].Phase | Should -Be 'Protected'
        (Invoke-Job post-recovery-tasks).Operations | Should -BeNullOrEmpty
    }

    It 'scheduled-rotation: a job swaps, one says that it stays, one swaps back' {
        (Invoke-Job scheduled-rotation).Output[-1].Phase | Should -Be 'ReadyToFailBack'
        (Invoke-Job scheduled-rotation @{ Stage = 'Stay' }).Output[-1].Phase | Should -Be 'ReadyToFailBack'
        (Invoke-Job scheduled-rotation @{ Stage = 'SwapBack' }).Output[-1].Phase | Should -Be 'Protected'
    }

    It 'game-day: a job moves over, one moves home' {
        (Invoke-Job game-day).Output[-1].Phase | Should -Be 'ReadyToFailBack'
        (Invoke-Job game-day @{ Stage = 'End' }).Output[-1].Phase | Should -Be 'Protected'
    }

    It 'read-replica-outage switches the read-only name on; pre-flight-check passes, and fails a pair that cannot be moved' {
        (Invoke-Job read-replica-outage).Output | Where-Object { $_ -is [CrdrTools.CrdrReplicaDns] -and $_.Side -eq 'Primary' } | Select-Object -Last 1 -ExpandProperty Enabled | Should -BeTrue
        (Invoke-Job pre-flight-check).Failed | Should -BeNullOrEmpty
        Set-Outage $stage $true 'europe-west4'
        (Invoke-Job pre-flight-check).ErrorId | Should -Be 'NotReady'
    }

    It 'never says the token, wherever it ends' {
        Add-Fault $stage @{ kind = 'ServiceGet'; action = 'Status'; status = 401 }
        $job = Invoke-Job planned-switchover @{ To = 'Recovery'; Connection = New-Connection @{ Contacts = 'x' } }
        $job.Failed | Should -Not -BeNullOrEmpty
        ($job.Output + $job.Failed.ToString() | Out-String -Width 4000) | Should -Not -BeLike "*Token*$($stage.Simulator.TokenText)*"
    }
}
