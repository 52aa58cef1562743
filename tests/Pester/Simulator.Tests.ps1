BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'The simulator in a session' {
    AfterEach { Stop-CrdrSimulator }

    It 'starts on a free port, answers, and stops' {
        $simulator = Start-CrdrSimulator
        $simulator | Should -BeOfType CrdrTools.CrdrSimulator
        $simulator.Running | Should -BeTrue
        (Invoke-RestMethod $simulator.Control).services.name | Should -Contain 'pg-demo'
        $simulator | Stop-CrdrSimulator
        $simulator.Running | Should -BeFalse
        { Invoke-RestMethod $simulator.Control } | Should -Throw
    }

    It 'takes settings by name, and refuses those that are none or out of range' {
        $simulator = Start-CrdrSimulator -Setting @{ rebuildseconds = 60; TokenErrorStatus = 403; SharedUri = $false }
        $settings = Invoke-RestMethod "$($simulator.Control)/settings"
        $settings.rebuildSeconds | Should -Be 60
        $settings.tokenErrorStatus | Should -Be 403
        $settings.sharedUri | Should -BeFalse
        (Get-Thrown { Start-CrdrSimulator -Setting @{ Rebild = 1 } }).FullyQualifiedErrorId | Should -BeLike 'SettingInvalid,*'
        (Get-Thrown { Start-CrdrSimulator -Setting @{ RebuildSeconds = -1 } }).FullyQualifiedErrorId | Should -BeLike 'SettingInvalid,*'
        (Get-Thrown { Start-CrdrSimulator -Setting @{ RebuildSeconds = 'long' } }).FullyQualifiedErrorId | Should -BeLike 'SettingInvalid,*'
    }

    It 'says that a port is taken' {
        $first = Start-CrdrSimulator
        $problem = Get-Thrown { Start-CrdrSimulator -Port $first.Endpoint.Port }
        $problem.FullyQualifiedErrorId | Should -BeLike 'PortTaken,*'
        $problem.TargetObject | Should -Be $first.Endpoint.Port
    }

    It 'takes a token of one''s own' {
        $simulator = Start-CrdrSimulator -Token (ConvertTo-SecureString s3cret -AsPlainText -Force)
        $pair = @{ Name = 'x'; Project = 'demo'; Primary = 'pg-demo'; Recovery = 'pg-demo-dr'; Endpoint = "$($simulator.Endpoint)" }
        (Get-CrdrStatus $pair -Token $simulator.Token).Phase | Should -Be 'Protected'
    }

    It 'starts empty when wanted' {
        (Invoke-RestMethod (Start-CrdrSimulator -Empty).Control).services | Should -BeNullOrEmpty
    }

    It 'stops what was started in this session, and nothing of another' {
        $here = Start-CrdrSimulator
        $session = New-TestSession
        $there = $session.Shell.AddScript('Start-CrdrSimulator').Invoke()[0]
        Stop-CrdrSimulator
        $here.Running | Should -BeFalse
        $there.Running | Should -BeTrue
        $session.Shell.Commands.Clear()
        $null = $session.Shell.AddScript('Stop-CrdrSimulator').Invoke()
        $there.Running | Should -BeFalse
    }
}

Describe 'Invoke-CrdrDrill' {
    It 'goes through a disaster and back on a simulator of its own, and reports it' {
        $folder = Join-Path $TestDrive 'drill'
        $result = Invoke-CrdrDrill -ReportPath $folder -RebuildSeconds 0.2
        $result | Should -BeOfType CrdrTools.CrdrDrillResult
        $result.Passed | Should -BeTrue
        $result.Simulated | Should -BeTrue
        $result.Operations.Outcome | Should -Be @('Succeeded', 'Succeeded', 'Succeeded')
        $result.Operations.Simulated | Should -Be @($true, $true, $true)
        $result.Reports | Should -Exist
        ($result | Out-String) | Should -BeLike '*The drill passed*recovery time*'
        # The rehearsal's records are beside its report, not among the real ones.
        Join-Path $folder 'state' | Should -Exist
        Get-CrdrOperation -StatePath (Join-Path $TestDrive 'real') | Should -BeNullOrEmpty
    }

    It 'rehearses the provider that was asked for: on an empty stage it misses what that one needs' {
        $empty = Start-CrdrSimulator -Empty
        try {
            foreach ($case in @{ Provider = 'CockroachCloud'; ErrorId = 'ClusterNotFound' }, @{ Provider = 'Aiven'; ErrorId = 'ServiceNotFound' }) {
                $result = Invoke-Quietly { Invoke-CrdrDrill $empty -Provider $case.Provider -ReportPath (Join-Path $TestDrive 'empty') }
                $result.Thrown.FullyQualifiedErrorId | Should -BeLike "$($case.ErrorId),*"
            }
        }
        finally {
            $empty | Stop-CrdrSimulator
        }
    }

    It 'has none for what is no provider' {
        (Invoke-Quietly { Invoke-CrdrDrill -Provider Oracle -ReportPath (Join-Path $TestDrive 'none') }).Thrown.FullyQualifiedErrorId | Should -BeLike 'DrillNotOffered,*'
    }

    It 'ends with an error when what had to hold did not' {
        $result = Invoke-Quietly { Invoke-CrdrDrill -ReportPath (Join-Path $TestDrive 'failed') -RebuildSeconds 0.2 -Rto '0.001s' }
        $result.Output.Passed | Should -BeFalse
        $result.Thrown.FullyQualifiedErrorId | Should -BeLike 'DrillFailed,*'
        $result.Thrown.TargetObject | Should -Be $result.Output[0]
    }
}
