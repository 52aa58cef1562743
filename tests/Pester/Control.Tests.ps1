BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'Control of an operation that runs elsewhere' {
    BeforeEach {
        $stage = New-Stage @{ RebuildSeconds = 100000 }
        $null = Invoke-CrdrFailover pg-demo -Force -AllowDataLoss -GiveUpHealthyPrimary
        $other = New-TestSession
        $running = $other.Shell.AddScript('Restore-CrdrPrimary pg-demo -TakeOver -TakeOverWindow 00:00-00:01 -Force').BeginInvoke()
        Wait-Until { Get-CrdrOperation -Open }
        $id = (Get-CrdrOperation -Open).Id
    }
    AfterEach {
        if (-not $running.IsCompleted) { $other.Shell.Stop() }
        Remove-Stage $stage
    }

    It 'pauses it, says so, and has it go on' {
        $paused = Suspend-CrdrOperation $id -Reason 'the storage team is at it' -Force
        $paused.Outcome | Should -BeNullOrEmpty
        $paused.PausedBy | Should -Match '@'
        Wait-Until { (Get-CrdrOperation -Id $id).PausedSince }
        (Get-CrdrOperation -Id $id | Out-String) | Should -BeLike '*paused*'
        (Resume-CrdrOperation $id -Force).PausedBy | Should -BeNullOrEmpty
        (Get-CrdrOperation -Id $id).RunBy | Should -Not -BeNullOrEmpty
        (Get-Content (Get-CrdrOperation -Id $id).Journal -Raw) | Should -BeLike '*the storage team is at it*'
    }

    It 'skips a step that no safety rule needs, and no other' {
        (Get-Thrown { Skip-CrdrStep $id await-window -Reason '' -Force }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError*'
        $refused = Invoke-Quietly { Skip-CrdrStep $id take-over-primary -Reason 'in a hurry' -Force }
        $refused.Errors[0].FullyQualifiedErrorId | Should -BeLike 'StepNeeded,*'
        $refused.Errors[0].Exception.Message | Should -BeLike '*S7*'
        (Skip-CrdrStep $id await-window -Reason 'CHG 17' -Force).Steps.Where{ $_.Id -eq 'await-window' }.State | Should -Be 'Skipped'
    }

    It 'does not ask twice for what was accepted' {
        (Invoke-Quietly { Restart-CrdrStep $id rebuild-primary -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'StepNotAskedAgain,*'
    }

    It 'takes it to where it may be left' {
        (Stop-CrdrOperation $id -Forward -Force).ErrorId | Should -Be 'Stopped'
        $running.IsCompleted -or $running.AsyncWaitHandle.WaitOne(10000) | Should -BeTrue
    }
}

Describe 'What cannot be controlled' {
    BeforeEach { $stage = New-Stage }
    AfterEach { Remove-Stage $stage }

    It 'says so' {
        $done = (Invoke-CrdrSwitchover pg-demo -To Recovery -Force -ForceAfter 5m).Id
        (Invoke-Quietly { Suspend-CrdrOperation $done -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'OperationNotRunning,*'
        $split = Invoke-Quietly { Repair-CrdrPair pg-demo -KeepWriter pg-demo-dr -Force }
        $split.Errors[0].FullyQualifiedErrorId | Should -BeLike 'RepairNotOffered,*'
        $split.Errors[0].Exception.Message | Should -BeLike '*please keep pg-demo-dr*'
        (Invoke-Quietly { Repair-CrdrPair pg-demo -KeepWriter nobody -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'MemberNotOfPair,*'
    }
}
