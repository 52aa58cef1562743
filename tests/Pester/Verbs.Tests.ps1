BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'A disaster and back' {
    BeforeAll { $stage = New-Stage }
    AfterAll { Remove-Stage $stage }

    It 'goes the full circle: failover, restore, take-over' {
        Set-Outage $stage
        $failover = Invoke-CrdrFailover pg-demo -AllowDataLoss -Force -Reason 'the region is lost' -ChangeReference CHG-1
        $failover.Outcome | Should -Be 'Succeeded'
        $failover.PhaseBefore | Should -Be 'NoWriter'
        $failover.PhaseAfter | Should -Be 'FailedOver'
        $failover.Overrides.Override | Should -Be '-AllowDataLoss'
        $failover.Reason | Should -Be 'the region is lost'
        $failover.ChangeReference | Should -Be 'CHG-1'
        $failover.Rto | Should -BeGreaterThan ([timespan]::Zero)

        Set-Outage $stage -Down $false
        (Restore-CrdrPrimary pg-demo -Force).PhaseAfter | Should -Be 'ReadyToFailBack'
        $home_ = Restore-CrdrPrimary pg-demo -TakeOver -Force
        $home_.PhaseAfter | Should -Be 'Protected'
        $home_.Loss.Kind | Should -Be 'VendorStated'

        # Each change was asked for once.
        (Get-Request $stage -Changing | ForEach-Object { ($_.body | ConvertFrom-Json).disaster_recovery_role }) | Should -Be @('failed', 'passive', 'active')
        (Get-CrdrOperation pg-demo).Outcome | Should -Be @('Succeeded', 'Succeeded', 'Succeeded')
        (Get-CrdrOperation pg-demo).Chain | Should -Be @('intact', 'intact', 'intact')
    }

    It 'runs a verb piped into a verb: switch there, and back' {
        $operations = Invoke-CrdrSwitchover pg-demo -To Recovery -Force | Invoke-CrdrSwitchover -To Primary -Force
        $operations.PhaseAfter | Should -Be 'Protected'
    }
}

Describe 'What is so already' {
    BeforeAll { $stage = New-Stage }
    AfterAll { Remove-Stage $stage }

    It 'a failover on a pair already failed over succeeds and does nothing' {
        Set-Outage $stage
        Invoke-CrdrFailover pg-demo -AllowDataLoss -Force | Out-Null
        Clear-Request $stage
        $again = Invoke-CrdrFailover pg-demo -Force
        $again.Outcome | Should -Be 'Succeeded'
        $again.Message | Should -BeLike 'Nothing to do*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        Set-Outage $stage -Down $false
        Restore-CrdrPrimary pg-demo -TakeOver -Force | Out-Null
    }

    It 'a restore on a healthy pair succeeds and does nothing' {
        Clear-Request $stage
        $nothing = Restore-CrdrPrimary pg-demo -Force
        $nothing.Outcome | Should -Be 'Succeeded'
        $nothing.Message | Should -BeLike 'Nothing to do*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }
}

Describe 'New-CrdrRecovery' {
    BeforeAll { $stage = New-Stage -Bare }
    AfterAll { Remove-Stage $stage }

    It 'creates the recovery side of a single service, and pins who it is' {
        Register-CrdrPair -Project demo -Primary pg-single -Recovery pg-single-dr -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN | Out-Null
        (Get-CrdrStatus pg-single).Phase | Should -Be 'Unprotected'
        $made = New-CrdrRecovery pg-single -Cloud google-europe-west4 -Force
        $made.Outcome | Should -Be 'Succeeded'
        $made.PhaseAfter | Should -Be 'Protected'
        (Get-CrdrPair pg-single).Recovery.Identity | Should -BeLike 'created *'
    }

    It 'is refused for a plan that has no disaster recovery' {
        Register-CrdrPair -Project demo -Primary pg-hobby -Recovery pg-hobby-dr -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN | Out-Null
        $result = Invoke-Quietly { New-CrdrRecovery pg-hobby -Cloud google-europe-west4 -Force }
        $result.Output.Outcome | Should -Be 'Refused'
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PlanAllowsRecovery,*'
    }

    It 'says that it needs a cloud' {
        Register-CrdrPair -Project demo -Primary pg-single -Recovery pg-single-dr2 -Name second -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -ErrorAction Ignore | Out-Null
        $pair = @{ Name = 'third'; Project = 'demo'; Primary = 'pg-hobby'; Recovery = 'pg-hobby-dr'; Endpoint = "$($stage.Simulator.Endpoint)"; Secret = 'env:CRDR_TEST_TOKEN' }
        (Invoke-Quietly { New-CrdrRecovery $pair -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'CloudMissing,*'
    }
}

Describe 'How failure is told' {
    BeforeEach { $stage = New-Stage }
    AfterEach { Remove-Stage $stage }

    It 'a refused operation is written, with an error whose target it is, and one terminating error at the end' {
        $result = Invoke-Quietly { Invoke-CrdrFailover pg-demo -Force }
        $result.Output.Outcome | Should -Be 'Refused'
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -Be 'OutageEvident,CrdrTools.PowerShell.Commands.InvokeCrdrFailoverCommand'
        $result.Errors[0].TargetObject.Id | Should -Be $result.Output.Id
        $result.Thrown.FullyQualifiedErrorId | Should -Be 'OperationsFailed,CrdrTools.PowerShell.Commands.InvokeCrdrFailoverCommand'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'two pairs with one bad: the good one is done, the bad one told' {
        $result = Invoke-Quietly { 'nope', 'pg-demo' | Invoke-CrdrSwitchover -To Recovery -Force }
        $result.Output.Pair | Should -Be 'pg-demo'
        $result.Output.Outcome | Should -Be 'Succeeded'
        $result.Errors.TargetObject | Should -Be 'nope'
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PairNotFound,*'
        $result.Thrown.FullyQualifiedErrorId | Should -BeLike 'OperationsFailed,*'
        $result.Thrown.Exception.Message | Should -BeLike '1 of 2*nope*'
    }

    It 'with -ErrorAction Stop, too, the good one is done' {
        $null = Invoke-Control $stage '/pairs' Post @{ project = 'demo'; count = 1 }
        Register-CrdrPair -Project demo -Primary pg-0001 -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 | Out-Null
        $null = Invoke-Control $stage '/faults' Post @{ action = 'Status'; status = 503; kind = 'ServiceGet'; pathContains = 'pg-0001' }
        Get-Thrown { Invoke-CrdrSwitchover pg-0001, pg-demo -To Recovery -Force -ErrorAction Stop } | Should -Not -BeNullOrEmpty
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'ReadyToFailBack'
    }

    It 'a wrong token is an outcome with its own id: <Status>' -ForEach @(
        @{ Status = 401; ErrorId = 'AuthenticationFailed' }
        @{ Status = 403; ErrorId = 'PermissionDenied' }
    ) {
        Set-Setting $stage @{ tokenErrorStatus = $Status }
        $wrong = ConvertTo-SecureString 'not-the-token' -AsPlainText -Force
        $result = Invoke-Quietly { Invoke-CrdrFailover pg-demo -Force -Token $wrong }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
        $result.Output.Outcome | Should -Be 'Refused'
    }

    It 'says when an operation id is given for several pairs' {
        $result = Invoke-Quietly { Invoke-CrdrFailover pg-demo, @{ Name = 'x'; Project = 'demo'; Primary = 'pg-single'; Recovery = 'y' } -Force -OperationId mine }
        $result.Thrown.FullyQualifiedErrorId | Should -BeLike 'OperationIdForOne,*'
    }

    It 'refuses an outage that is still to come' {
        (Invoke-Quietly { Invoke-CrdrFailover pg-demo -OutageSince (Get-Date).AddHours(1) -Force }).Thrown.FullyQualifiedErrorId | Should -BeLike 'OutageInTheFuture,*'
    }

    It 'says that a window needs a take-over' {
        (Invoke-Quietly { Restore-CrdrPrimary pg-demo -TakeOverWindow 22:00-04:00 -Force }).Thrown.FullyQualifiedErrorId | Should -BeLike 'WindowWithoutTakeOver,*'
    }

    It 'a stuck rebuild ends incomplete at its limit, and says how to go on' {
        Set-Outage $stage
        Invoke-CrdrFailover pg-demo -AllowDataLoss -Force | Out-Null
        Set-Outage $stage -Down $false
        Set-Setting $stage @{ rebuildStuck = $true }
        $result = Invoke-Quietly { Restore-CrdrPrimary pg-demo -Force -Timeout 1 }
        $result.Output.Outcome | Should -Be 'Incomplete'
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'StepTimeout,*'
        $result.Errors[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        $result.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike "*Resume-CrdrOperation -Id $($result.Output.Id)*"
    }
}

Describe 'Select-Object -First 1 downstream' {
    It 'is a cancel: what is under way is left to be taken up again, and the host is told the id' {
        $stage = New-Stage
        try {
            $null = Invoke-Control $stage '/pairs' Post @{ project = 'demo'; count = 1 }
            Register-CrdrPair -Project demo -Primary pg-0001 -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 | Out-Null
            # One pair is done at once; the other one's take-over never ends.
            (Invoke-CrdrSwitchover pg-0001 -To Recovery -Force).Outcome | Should -Be 'Succeeded'
            Set-Setting $stage @{ takeoverSeconds = 100000 }
            $session = New-TestSession
            $null = $session.Shell.AddScript("Invoke-CrdrSwitchover pg-0001, pg-demo -To Recovery -Force | Select-Object -First 1")
            $first = $session.Shell.Invoke()
            $first.Pair | Should -Be 'pg-0001'
            $left = Get-CrdrOperation pg-demo -Open
            if ($left) {
                $left.Outcome | Should -Be 'Incomplete'
                $left.ErrorId | Should -Be 'Stopped'
                $session.Host.UI.Lines -join "`n" | Should -BeLike "*$($left.Id)*"
            }
            else {
                # It was cancelled before it had asked for anything.
                (Get-CrdrStatus pg-demo).Phase | Should -Be 'Protected'
            }
        }
        finally {
            Remove-Stage $stage
        }
    }
}
