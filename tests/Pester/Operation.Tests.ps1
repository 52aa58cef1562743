BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'Operations on record' {
    BeforeEach { $stage = New-Stage }
    AfterEach { Remove-Stage $stage }

    It 'are listed newest first, by pair, by id, open ones only' {
        $one = (Invoke-CrdrSwitchover pg-demo -To Recovery -Force).Id
        Set-Setting $stage @{ takeoverSeconds = 100000 }
        $two = (Invoke-CrdrSwitchover pg-demo -To Primary -Force -NoWait).Id
        (Get-CrdrOperation).Id | Should -Be @($two, $one)
        (Get-CrdrOperation pg-demo -Last 1).Id | Should -Be $two
        (Get-CrdrOperation -Open).Id | Should -Be $two
        (Get-CrdrOperation -Id $one).Outcome | Should -Be 'Succeeded'
        (Get-CrdrOperation -Id $one | Get-CrdrOperation).Id | Should -Be $one
        (Get-CrdrStatus pg-demo | Get-CrdrOperation).Id | Should -Contain $one
        Get-CrdrOperation other | Should -BeNullOrEmpty
    }

    It 'are not found by an id that is none' {
        foreach ($command in 'Get-CrdrOperation -Id none', 'Wait-CrdrOperation none', 'Resume-CrdrOperation none -Force', 'Stop-CrdrOperation none -Force') {
            $result = Invoke-Quietly ([scriptblock]::Create($command))
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'OperationNotFound,*' -Because $command
            $result.Errors[0].TargetObject | Should -Be 'none'
        }
    }

    It '-NoWait: started, the next steps named, resumed from here, asked for once' {
        $started = Invoke-CrdrSwitchover pg-demo -To Recovery -Force -NoWait
        $started.Outcome | Should -Be 'Started'
        $started.Message | Should -BeLike "*Resume-CrdrOperation -Id $($started.Id)*"
        ($started | Resume-CrdrOperation -Force).Outcome | Should -Be 'Succeeded'
        @(Get-Request $stage -Changing).Count | Should -Be 1
    }

    It 'the same verb takes up what was left; another is told that it is unfinished' {
        Set-Setting $stage @{ takeoverSeconds = 100000 }
        $left = (Invoke-CrdrSwitchover pg-demo -To Recovery -Force -NoWait).Id
        $other = Invoke-Quietly { Restore-CrdrPrimary pg-demo -Force }
        $other.Errors[0].FullyQualifiedErrorId | Should -BeLike 'UnfinishedOperation,*'
        $other.Errors[0].Exception.Message | Should -BeLike "*Resume-CrdrOperation -Id $left*"
        (Get-CrdrStatus pg-demo).OpenOperation | Should -Be $left
        $null = Invoke-Control $stage '/clock' Post @{ advanceSeconds = 100001 }
        $same = Invoke-CrdrSwitchover pg-demo -To Recovery -Force
        $same.Id | Should -Be $left
        $same.Outcome | Should -Be 'Succeeded'
        @(Get-Request $stage -Changing).Count | Should -Be 1
    }

    It 'an id of one''s own takes up what it began, and gives the record when it has ended' {
        (Invoke-CrdrSwitchover pg-demo -To Recovery -Force -NoWait -OperationId runbook-7).Outcome | Should -Be 'Started'
        (Invoke-CrdrSwitchover pg-demo -To Recovery -Force -OperationId runbook-7).Outcome | Should -Be 'Succeeded'
        (Invoke-CrdrSwitchover pg-demo -To Recovery -Force -OperationId runbook-7).Outcome | Should -Be 'Succeeded'
        @(Get-CrdrOperation).Count | Should -Be 1
        @(Get-Request $stage -Changing).Count | Should -Be 1
    }

    It 'are closed with a reason, and nothing is changed' {
        Set-Setting $stage @{ takeoverSeconds = 100000 }
        $left = (Invoke-CrdrSwitchover pg-demo -To Recovery -Force -NoWait).Id
        Clear-Request $stage
        (Get-Thrown { Stop-CrdrOperation $left -Abandon -Reason '' -Force }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError*'
        $closed = Stop-CrdrOperation $left -Abandon -Reason 'done by hand' -Force
        $closed.ErrorId | Should -Be 'Abandoned'
        $closed.Message | Should -BeLike '*done by hand*'
        Get-CrdrOperation -Open | Should -BeNullOrEmpty
        Get-Request $stage | Should -BeNullOrEmpty
        (Invoke-Quietly { Stop-CrdrOperation $left -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'OperationEnded,*'
    }

    It 'are not rolled back past the point of no return' {
        Set-Setting $stage @{ takeoverSeconds = 100000 }
        $left = (Invoke-CrdrSwitchover pg-demo -To Recovery -Force -NoWait).Id
        $result = Invoke-Quietly { Stop-CrdrOperation $left -Rollback -Force }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PastPointOfNoReturn,*'
        (Get-CrdrOperation -Open).Id | Should -Be $left
    }

    It 'go on to their end with -Forward' {
        $left = (Invoke-CrdrSwitchover pg-demo -To Recovery -Force -NoWait).Id
        (Stop-CrdrOperation $left -Forward -Force).Outcome | Should -Be 'Succeeded'
    }

    It 'cannot be asked to stop when nobody runs them' {
        Set-Setting $stage @{ takeoverSeconds = 100000 }
        $left = (Invoke-CrdrSwitchover pg-demo -To Recovery -Force -NoWait).Id
        (Invoke-Quietly { Stop-CrdrOperation $left -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'OperationNotRunning,*'
        Wait-CrdrOperation $left 3>&1 | Where-Object { $_ -is [Management.Automation.WarningRecord] } | Should -BeLike "*Resume-CrdrOperation -Id $left*"
    }
}

Describe 'An operation that runs elsewhere' {
    BeforeEach {
        $stage = New-Stage @{ TakeoverSeconds = 100000 }
        $other = New-TestSession
        $running = $other.Shell.AddScript('Invoke-CrdrSwitchover pg-demo -To Recovery -Force').BeginInvoke()
        Wait-Until { @(Get-Request $stage -Changing).Count -eq 1 }
        Wait-Until { Get-CrdrOperation -Open }
        $id = (Get-CrdrOperation -Open).Id
    }
    AfterEach {
        if (-not $running.IsCompleted) { $other.Shell.Stop() }
        Remove-Stage $stage
    }

    It 'keeps others out: they are told who holds the pair, and since when' {
        $result = Invoke-Quietly { Resume-CrdrOperation $id -Force }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PairBusy,*'
        $result.Errors[0].CategoryInfo.Category | Should -Be 'ResourceBusy'
        $result.Errors[0].Exception.Message | Should -BeLike "*held by *@*process $PID*since *Z*"
        (Invoke-Quietly { Stop-CrdrOperation $id -Abandon -Reason x -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'PairBusy,*'
        @(Get-Request $stage -Changing).Count | Should -Be 1
    }

    It 'is waited for' {
        $waiter = New-TestSession
        $waiting = $waiter.Shell.AddScript("Wait-CrdrOperation $id").BeginInvoke()
        $null = Invoke-Control $stage '/clock' Post @{ advanceSeconds = 100001 }
        $waiter.Shell.EndInvoke($waiting).Outcome | Should -Be 'Succeeded'
    }

    It 'is not stopped by somebody who tires of waiting' {
        $result = Invoke-Quietly { Wait-CrdrOperation $id -Timeout 0 }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'WaitTimeout,*'
        $running.IsCompleted | Should -BeFalse
    }

    It 'stops when it is asked to, and can be taken up again' {
        $stopped = Stop-CrdrOperation $id -Reason 'not now' -Force
        $stopped.Outcome | Should -Be 'Incomplete'
        $stopped.Message | Should -BeLike '*not now*'
        $null = $other.Shell.EndInvoke($running)
        $null = Invoke-Control $stage '/clock' Post @{ advanceSeconds = 100001 }
        (Resume-CrdrOperation $id -Force).Outcome | Should -Be 'Succeeded'
    }
}
