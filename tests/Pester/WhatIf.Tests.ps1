BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe '-WhatIf' {
    BeforeAll {
        $stage = New-Stage
        $null = Invoke-Control $stage '/pairs' Post @{ project = 'demo'; count = 1 }
        Register-CrdrPair -Project demo -Primary pg-0001 -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 | Out-Null
        Register-CrdrPair -Provider CockroachCloud -Primary crdb-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 -TestPair | Out-Null
        Register-CrdrPair demo pg-demo -Name routed -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -Route (New-ScriptRoute $stage) | Out-Null
        # One pair has an operation that was begun and left.
        Set-Setting $stage @{ takeoverSeconds = 100000 }
        $left = (Invoke-Quietly { Invoke-CrdrSwitchover pg-0001 -To Recovery -Force -NoWait }).Output[0]
        $session = New-TestSession
    }
    AfterAll { Remove-Stage $stage }

    It 'covers every cmdlet that supports it' {
        $covered = 'Clear-CrdrDisruption', 'Complete-CrdrStream', 'Confirm-CrdrPlaybook', 'Disable-CrdrReplicaDns', 'Enable-CrdrReplicaDns', 'Export-CrdrCard', 'Invoke-CrdrDisruption', 'Invoke-CrdrDrill', 'Invoke-CrdrFailover', 'Invoke-CrdrPlaybook', 'Invoke-CrdrSwitchover',
        'New-CrdrRecovery', 'New-CrdrReport', 'New-CrdrStream', 'New-FailbackStream', 'Register-CrdrPair', 'Repair-CrdrPair', 'Restart-CrdrStep', 'Restore-CrdrPrimary', 'Resume-CrdrOperation',
        'Skip-CrdrStep', 'Start-CrdrSimulator', 'Stop-CrdrOperation', 'Stop-CrdrSimulator', 'Stop-CrdrStream', 'Suspend-CrdrOperation', 'Switch-CrdrRoute', 'Unregister-CrdrPair', 'Watch-CrdrPair'
        (Get-Command -Module CrdrTools -CommandType Cmdlet | Where-Object { $_.Parameters.ContainsKey('WhatIf') }).Name | Sort-Object | Should -Be $covered
    }

    It 'sends not one changing request, leaves no trace, and prints what would be done: <Command>' -ForEach @(
        @{ Command = 'Invoke-CrdrFailover pg-demo'; Says = '*PUT role=failed on pg-demo*Block OutageEvident*would be refused*' }
        @{ Command = 'Invoke-CrdrFailover pg-demo -Force -GiveUpHealthyPrimary -AllowDataLoss'; Says = '*PUT role=failed on pg-demo*Overridden OutageEvident*' }
        @{ Command = 'Invoke-CrdrSwitchover pg-demo -To Recovery'; Says = '*PUT role=active on pg-demo-dr*Pass  TargetReady*' }
        @{ Command = 'Invoke-CrdrSwitchover pg-demo -To Recovery -Force -NoWait'; Says = '*PUT role=active on pg-demo-dr*' }
        @{ Command = 'Invoke-CrdrSwitchover pg-0001 -To Recovery -Force'; Says = '*(Switchover) has begun and not ended: the same request takes it up*' }
        @{ Command = 'Restore-CrdrPrimary pg-demo -TakeOver'; Says = '*all of it is so already*' }
        @{ Command = 'Restore-CrdrPrimary pg-0001 -TakeOver -Force'; Says = '*(Switchover) has begun and not ended*another is refused*' }
        @{ Command = 'New-CrdrRecovery pg-demo -Cloud google-europe-west4'; Says = '*all of it is so already*' }
        @{ Command = 'Invoke-CrdrFailover crdb-demo'; Says = '*FAILING_OVER*Block OutageEvident*Block WritersFenced*would be refused*' }
        @{ Command = 'Get-CrdrStream crdb-demo -Live | Complete-CrdrStream -Force'; Says = '*FAILING_OVER*Block WritersFenced*would be refused*' }
        @{ Command = 'Complete-CrdrStream crdb-demo -AllowUnfenced -Force'; Says = '*writes go to the Recovery side*FAILING_OVER*' }
        @{ Command = 'Stop-CrdrStream crdb-demo -Force'; Says = '*CANCELED: nothing protects crdb-demo after that*' }
        @{ Command = 'New-CrdrStream crdb-demo'; Says = '*all of it is so already*' }
        @{ Command = 'New-FailbackStream crdb-demo -Force'; Says = '*ERASES crdb-demo*would be refused*' }
        @{ Command = 'Invoke-CrdrDisruption crdb-demo -Zone europe-west1-b -Force'; Says = '*Disrupt europe-west1-b of europe-west1 for crdb-demo*' }
        @{ Command = 'Clear-CrdrDisruption crdb-demo'; Says = '*End the disruption of crdb-demo*End the disruption of crdb-demo-dr*' }
        @{ Command = 'Register-CrdrPair -Provider CockroachCloud -Primary crdb-demo -Secret env:CRDR_TEST_TOKEN -Force'; Says = '*Register pair*' }
        @{ Command = 'Register-CrdrPair demo pg-single -Recovery x -Secret env:CRDR_TEST_TOKEN -Force'; Says = '*Register pair*' }
        @{ Command = 'Switch-CrdrRoute routed -To Recovery -Force'; Says = '*Switch route app to the Recovery side*Block TargetTakesWrites*would be refused*' }
        @{ Command = 'Switch-CrdrRoute routed -To Recovery -AllowInactive pg-demo-dr'; Says = '*clients go to the Recovery side*Overridden TargetTakesWrites*' }
        @{ Command = 'Enable-CrdrReplicaDns pg-demo -Side Primary -Force'; Says = '*Switch on the read-only name of pg-demo (Primary side of pg-demo)*' }
        @{ Command = 'Disable-CrdrReplicaDns pg-demo -Force'; Says = '*Switch off the read-only name of pg-demo*' }
        @{ Command = 'Unregister-CrdrPair pg-demo'; Says = '*Take out the pair*' }
        @{ Command = 'Resume-CrdrOperation $left.Id -Force'; Says = '*Take up*PUT role=active on pg-0001-dr*' }
        @{ Command = 'Stop-CrdrOperation $left.Id -Rollback -Force'; Says = '*Take back*' }
        @{ Command = 'Stop-CrdrOperation $left.Id -Forward -Force'; Says = '*Take up*' }
        @{ Command = 'Stop-CrdrOperation $left.Id -Abandon -Reason none -Force'; Says = '*Close the record*' }
        @{ Command = 'Suspend-CrdrOperation $left.Id -Force'; Says = '*to pause*' }
        @{ Command = 'Skip-CrdrStep $left.Id take-over-recovery -Reason none -Force'; Says = '*Leave take-over-recovery out*would be refused*S7*' }
        @{ Command = 'Restart-CrdrStep $left.Id take-over-recovery -Force'; Says = '*Ask for take-over-recovery*again*' }
        @{ Command = 'Export-CrdrCard pg-demo $home_'; Says = '*Write the card*' }
        @{ Command = 'New-CrdrReport $left.Id -OutputPath $home_ -Force'; Says = '*Write the report*' }
        @{ Command = 'Invoke-CrdrDrill $simulator'; Says = '*Rehearse*' }
        @{ Command = 'Start-CrdrSimulator'; Says = '*Start a simulator*' }
    ) {
        Clear-Request $stage
        $before = Get-ChildItem -Recurse -File $stage.State, $stage.PairFile | Where-Object FullName -notlike '*samples*' | Get-FileHash | Select-Object Path, Hash | ConvertTo-Json
        $told = $session.Host.UI.Lines.Count
        $session.Runspace.SessionStateProxy.SetVariable('left', $left)
        $session.Runspace.SessionStateProxy.SetVariable('simulator', $stage.Simulator)
        $session.Runspace.SessionStateProxy.SetVariable('home_', (Join-Path $stage.Home 'cards'))
        $session.Shell.Commands.Clear()
        $session.Shell.Streams.ClearStreams()
        $output = $session.Shell.AddScript("$Command -WhatIf").Invoke()
        $session.Shell.Streams.Error | Should -BeNullOrEmpty
        $output | Should -BeNullOrEmpty
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        $after = Get-ChildItem -Recurse -File $stage.State, $stage.PairFile | Where-Object FullName -notlike '*samples*' | Get-FileHash | Select-Object Path, Hash | ConvertTo-Json
        $after | Should -Be $before
        ($session.Host.UI.Lines | Select-Object -Skip $told) -join "`n" | Should -BeLike "What if: $Says"
        $session.Host.UI.Prompts | Should -BeNullOrEmpty
    }

    It 'is honoured when it comes from the preference variable, even under -Force' {
        Clear-Request $stage
        $WhatIfPreference = $true
        Invoke-CrdrSwitchover pg-demo -To Recovery -Force | Should -BeNullOrEmpty
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'stops no simulator' {
        Stop-CrdrSimulator -WhatIf
        $stage.Simulator.Running | Should -BeTrue
    }
}
