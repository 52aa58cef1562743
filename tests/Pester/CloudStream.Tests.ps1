BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'Streams of a pair that is protected' {
    BeforeAll { $stage = New-Stage -Cloud }
    AfterAll { Remove-Stage $stage }
    BeforeEach {
        Set-FreshKey $stage
        Clear-Request $stage
    }
    AfterEach { Get-Request $stage -Changing | Should -BeNullOrEmpty }

    Context 'Get-CrdrStream' {
        It 'gives the stream with its sides, its state and its lag' {
            $stream = Get-CrdrStream crdb-demo
            $stream | Should -BeOfType CrdrTools.CrdrStream
            $stream.From, $stream.To | Should -Be @('Primary', 'Recovery')
            $stream.Status | Should -Be 'REPLICATING'
            $stream.Ready | Should -BeTrue
            $stream.Lag | Should -BeGreaterOrEqual ([timespan]::Zero)
            (Get-CrdrStream crdb-demo -Live).Id | Should -Be $stream.Id
        }

        It 'gives nothing where the provider has none to show' {
            $aiven = @{ Project = 'demo'; Primary = 'pg-demo'; Recovery = 'pg-demo-dr'; Endpoint = "$($stage.Simulator.Endpoint)" }
            Get-CrdrStream $aiven -Token (ConvertTo-SecureString demo -AsPlainText -Force) | Should -BeNullOrEmpty
        }

        It 'one bad pair hurts no other' {
            $result = Invoke-Quietly { 'nope', 'crdb-demo' | Get-CrdrStream }
            $result.Output.Pair | Should -Be 'crdb-demo'
            $result.Errors.TargetObject | Should -Be 'nope'
        }
    }

    Context 'Creating' {
        It 'New-CrdrStream has nothing to do' {
            $nothing = New-CrdrStream crdb-demo -Force
            $nothing.Outcome | Should -Be 'Succeeded'
            $nothing.Message | Should -BeLike 'Nothing to do*'
        }

        It 'New-FailbackStream never erases the side that is active, by either name' {
            (Get-Command New-CrdrFailbackStream).ResolvedCommand.Name | Should -Be 'New-FailbackStream'
            $result = Invoke-Quietly { New-CrdrFailbackStream crdb-demo -DiscardWritesOn Primary -Force }
            $result.Output.Outcome | Should -Be 'Refused'
            $result.Output.Verb | Should -Be 'Restore'
            $result.Errors[0].FullyQualifiedErrorId | Should -Be 'StandbyMayBeErased,CrdrTools.PowerShell.Commands.NewFailbackStreamCommand'
        }
    }

    Context 'Completing' {
        It 'is refused where nothing keeps clients away from the old side, and names the switch' {
            $result = Invoke-Quietly { Get-CrdrStream crdb-demo | Complete-CrdrStream -Force }
            $result.Output.Verb | Should -Be 'Switchover'
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'WritersFenced,*'
            $result.Output.Blocks.Override | Should -Be '-AllowUnfenced'
            $result.Thrown.FullyQualifiedErrorId | Should -BeLike 'OperationsFailed,*'
        }

        It 'knows the pair''s own streams only' {
            $result = Invoke-Quietly { Complete-CrdrStream crdb-demo -Id 5b3d1a52-0000-0000-0000-000000000000 -AllowUnfenced -Force }
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'StreamNotOfPair,*'
            (Invoke-Quietly { Stop-CrdrStream crdb-demo -Id 5b3d1a52-0000-0000-0000-000000000000 -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'StreamNotOfPair,*'
        }

        It 'says where the stream leads, when it was to lead elsewhere' {
            $id = (Get-CrdrStream crdb-demo).Id
            (Invoke-Quietly { Complete-CrdrStream crdb-demo -Id $id -To Primary -AllowUnfenced -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'StreamLeadsElsewhere,*'
        }

        It 'does nothing to a pair that was given twice for different things' {
            $result = Invoke-Quietly { [pscustomobject]@{ Pair = 'crdb-demo'; Id = 'a' }, [pscustomobject]@{ Pair = 'crdb-demo'; Id = 'b' } | Complete-CrdrStream -AllowUnfenced -Force }
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PairGivenTwice,*'
            $result.Output | Should -BeNullOrEmpty
            Get-Request $stage | Should -BeNullOrEmpty
        }

        It 'with -WhatIf only says what it would do' {
            $session = New-TestSession
            $null = $session.Shell.AddScript('Get-CrdrStream crdb-demo -Live | Complete-CrdrStream -AllowUnfenced -Force -WhatIf').Invoke()
            $session.Host.UI.Lines -join "`n" | Should -BeLike 'What if: Switchover of crdb-demo*PATCH the stream into crdb-demo-dr to FAILING_OVER*Overridden WritersFenced*'
        }
    }

    Context '-FailoverAt' {
        It 'that is no time ends the command before anything is asked: <Command>' -ForEach @(
            @{ Command = 'Complete-CrdrStream crdb-demo -FailoverAt soon -Force' }
            @{ Command = 'Invoke-CrdrSwitchover crdb-demo -To Recovery -FailoverAt soon -Force' }
            @{ Command = 'Invoke-CrdrFailover crdb-demo -FailoverAt 90 -Force' }
            @{ Command = 'Restore-CrdrPrimary crdb-demo -TakeOver -FailoverAt "" -Force' }
        ) {
            $problem = (Invoke-Quietly ([scriptblock]::Create($Command))).Thrown
            $problem.FullyQualifiedErrorId | Should -BeLike 'FailoverAtInvalid,*'
            $problem.ErrorDetails.RecommendedAction | Should -BeLike '*2026-01-31T03:00:00Z*'
            Get-Request $stage | Should -BeNullOrEmpty
        }

        It 'of a restore needs a take-over' {
            (Invoke-Quietly { Restore-CrdrPrimary crdb-demo -FailoverAt (Get-Date) -Force }).Thrown.FullyQualifiedErrorId | Should -BeLike 'FailoverAtWithoutTakeOver,*'
        }

        It 'out of range is refused: <ErrorId>' -ForEach @(
            @{ ErrorId = 'FailoverAtRetained'; Minutes = -300 }
            @{ ErrorId = 'FailoverAtWithinHour'; Minutes = 90 }
        ) {
            $result = Invoke-Quietly { Complete-CrdrStream crdb-demo -FailoverAt ([DateTimeOffset]::Now.AddMinutes($Minutes)) -AllowUnfenced -AllowDataLoss -Force }
            $result.Output.Outcome | Should -Be 'Refused'
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
        }

        It 'in the past throws writes away, and that has to be said' {
            $result = Invoke-Quietly { Invoke-CrdrSwitchover crdb-demo -To Recovery -FailoverAt (Get-Date).AddMinutes(-10) -AllowUnfenced -Force }
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'FailoverAtKeepsAll,*'
            $result.Output.Blocks.Override | Should -Be '-AllowDataLoss'
        }

        It 'is the same moment however it is written: <Name>' -ForEach @(
            @{ Name = 'text with its zone'; At = '2031-01-31T05:00:00+02:00' }
            @{ Name = 'a date of UTC'; At = [datetime]::new(2031, 1, 31, 3, 0, 0, [DateTimeKind]::Utc) }
            @{ Name = 'a local date'; At = [datetime]::new(2031, 1, 31, 3, 0, 0, [DateTimeKind]::Utc).ToLocalTime() }
            @{ Name = 'a DateTimeOffset'; At = [DateTimeOffset]::new(2031, 1, 31, 4, 0, 0, [timespan]::FromHours(1)) }
        ) {
            $result = Invoke-Quietly { Complete-CrdrStream crdb-demo -FailoverAt $At -AllowUnfenced -Force }
            $result.Output.Message | Should -BeLike '*2031-01-31 03:00:00Z is more than an hour after*'
        }
    }
}
