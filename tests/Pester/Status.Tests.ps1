BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'Get-CrdrStatus' {
    BeforeEach { $stage = New-Stage }
    AfterEach { Remove-Stage $stage }

    It 'looks at all registered pairs when none is named' {
        Register-CrdrPair -Project demo -Primary pg-demo -Name other -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN | Out-Null
        (Get-CrdrStatus).Pair | Sort-Object | Should -Be @('other', 'pg-demo')
    }

    It 'looks at nothing when the pipeline brings nothing' {
        @() | Get-CrdrStatus | Should -BeNullOrEmpty
        Get-Request $stage | Should -BeNullOrEmpty
    }

    It 'warns when no pair is registered' {
        Get-CrdrStatus -PairFile (Join-Path $stage.Home 'none.json') 3>&1 | Should -BeLike '*Register-CrdrPair*'
    }

    It 'takes pairs by value: <Kind>' -ForEach @(
        @{ Kind = 'name'; Make = { 'pg-demo' } }
        @{ Kind = 'pair'; Make = { Get-CrdrPair pg-demo } }
        @{ Kind = 'status'; Make = { Get-CrdrStatus pg-demo } }
        @{ Kind = 'plan'; Make = { Get-CrdrPlan pg-demo } }
        @{ Kind = 'check'; Make = { Get-CrdrReadiness pg-demo | Select-Object -First 1 } }
        @{ Kind = 'property'; Make = { [pscustomobject]@{ Pair = 'pg-demo'; More = 1 } } }
    ) {
        (& $Make | Get-CrdrStatus).Pair | Should -Be 'pg-demo'
    }

    It 'takes patterns' {
        (Get-CrdrStatus PG-d*).Pair | Should -Be 'pg-demo'
    }

    It 'tells what is known, and null where nothing is' {
        $status = Get-CrdrStatus pg-demo
        $status.Phase | Should -Be 'Protected'
        $status.ActiveService | Should -Be 'pg-demo'
        $status.Replication.Lag | Should -BeNullOrEmpty
        $status.Primary.NativeState | Should -Be 'RUNNING'
    }

    It 'has one bad pair hurt no other, and its error names it' {
        $result = Invoke-Quietly { 'nope', 'pg-demo' | Get-CrdrStatus }
        $result.Thrown | Should -BeNullOrEmpty
        $result.Output.Pair | Should -Be 'pg-demo'
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PairNotFound,*'
        $result.Errors[0].TargetObject | Should -Be 'nope'
    }

    It 'tells a wrong token from a forbidden one: <Status>' -ForEach @(
        @{ Status = 401; ErrorId = 'AuthenticationFailed'; Category = 'AuthenticationError' }
        @{ Status = 403; ErrorId = 'PermissionDenied'; Category = 'PermissionDenied' }
    ) {
        Set-Setting $stage @{ tokenErrorStatus = $Status }
        $wrong = ConvertTo-SecureString 'not-the-token' -AsPlainText -Force
        $problem = Get-Thrown { Get-CrdrStatus pg-demo -Token $wrong -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
        $problem.CategoryInfo.Category | Should -Be $Category
        $problem.TargetObject | Should -Be 'pg-demo'
    }

    It 'says that a token is missing, and where it was expected' {
        $env:CRDR_TEST_TOKEN = $null
        $problem = Get-Thrown { Get-CrdrStatus pg-demo -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -BeLike 'SecretMissing,*'
        $problem.Exception.Message | Should -BeLike '*CRDR_TEST_TOKEN*'
        Get-Request $stage | Should -BeNullOrEmpty
    }

    It 'says that nothing listens' {
        $stage.Simulator | Stop-CrdrSimulator
        $problem = Get-Thrown { Get-CrdrStatus pg-demo -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -BeLike 'VendorUnreachable,*'
        $problem.CategoryInfo.Category | Should -Be 'ConnectionError'
    }

    It 'looks at many pairs at once, and a row that waits holds back no other' {
        $null = Invoke-Control $stage '/pairs' Post @{ project = 'demo'; count = 5 }
        1..5 | ForEach-Object { Register-CrdrPair -Project demo -Primary "pg-000$_" -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN } | Out-Null
        Add-Fault $stage @{ action = 'HangBefore'; kind = 'ServiceGet'; pathContains = 'pg-0001' }
        # The first of the row hangs until the fault is cleared; the others have to be there before that for this to come to an end.
        $seen = [Collections.Generic.List[string]]::new()
        Get-CrdrStatus pg-000* | ForEach-Object {
            $seen.Add($_.Pair)
            if ($seen.Count -eq 4) { Clear-Fault $stage }
        }
        $seen.Count | Should -Be 5
        $seen[4] | Should -Be 'pg-0001'
    }

    It 'keeps to the throttle limit' {
        $null = Invoke-Control $stage '/pairs' Post @{ project = 'demo'; count = 3 }
        1..3 | ForEach-Object { Register-CrdrPair -Project demo -Primary "pg-000$_" -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN } | Out-Null
        Clear-Request $stage
        (Get-CrdrStatus pg-000* -ThrottleLimit 1).Pair | Should -Be @('pg-0001', 'pg-0002', 'pg-0003')
        $paths = (Get-Request $stage).path
        $paths[0..1] -match 'pg-0001' | Should -HaveCount 2
        $paths[4..5] -match 'pg-0003' | Should -HaveCount 2
    }

    It 'ends at once when downstream has enough' {
        $null = Invoke-Control $stage '/pairs' Post @{ project = 'demo'; count = 2 }
        1..2 | ForEach-Object { Register-CrdrPair -Project demo -Primary "pg-000$_" -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN } | Out-Null
        Add-Fault $stage @{ action = 'HangBefore'; kind = 'ServiceGet'; pathContains = 'pg-0001' }
        # Would hang for the vendor's 30 s if the other look were waited for.
        $watch = [Diagnostics.Stopwatch]::StartNew()
        (Get-CrdrStatus pg-000* | Select-Object -First 1).Pair | Should -Be 'pg-0002'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 15
    }
}

Describe 'Get-CrdrReadiness, Test-CrdrReadiness, Get-CrdrPlan' {
    BeforeEach { $stage = New-Stage }
    AfterEach { Remove-Stage $stage }

    It 'gives a row for each check, with the pair' {
        $rows = Get-CrdrReadiness pg-demo
        $rows | Should -BeOfType CrdrTools.CrdrCheck
        $rows.Pair | Select-Object -Unique | Should -Be 'pg-demo'
        $rows.Name | Should -Contain 'Secret'
        $rows.Name | Should -Contain 'StateStore'
        ($rows | Where-Object Name -eq OutageEvident).Result | Should -Be 'Block'
        ($rows | Where-Object Name -eq OutageEvident).Override | Should -Be '-GiveUpHealthyPrimary'
    }

    It 'judges the verb it is asked about' {
        (Get-CrdrReadiness pg-demo -Verb Switchover -To Recovery).Result | Should -Not -Contain 'Block'
        Test-CrdrReadiness pg-demo -Verb Switchover -To Recovery | Should -BeTrue
        Test-CrdrReadiness pg-demo | Should -BeFalse
    }

    It 'gives a Boolean a pair' {
        $answers = 'pg-demo', 'pg-demo' | Test-CrdrReadiness -Verb Switchover -To Recovery
        $answers | Should -Be @($true, $true)
        $answers[0] | Should -BeOfType bool
    }

    It 'shows the steps of a verb, and changes nothing' {
        $plan = Get-CrdrPlan pg-demo -Verb Switchover -To Recovery
        $plan.Steps.Id | Should -Contain 'take-over-recovery'
        $plan.Blocked | Should -BeFalse
        (Get-CrdrPlan pg-demo -Verb Restore -TakeOver).NothingToDo | Should -BeTrue
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'prints the vendor''s own commands with -Manual' {
        $lines = Get-CrdrPlan pg-demo -Manual
        $lines | Should -BeOfType string
        ($lines -join "`n") | Should -BeLike '*avn --url http:*service update pg-demo*--disaster-recovery-role failed*'
    }

    It 'wants a switchover''s target named' {
        (Get-Thrown { Get-CrdrPlan pg-demo -Verb Switchover -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'TargetMissing,*'
    }
}

Describe 'Export-CrdrCard' {
    BeforeAll { $stage = New-Stage }
    AfterAll { Remove-Stage $stage }

    It 'writes one page a pair, without secrets' {
        $file = Export-CrdrCard pg-demo (Join-Path $stage.Home 'cards')
        $file | Should -BeOfType IO.FileInfo
        $text = Get-Content -Raw $file
        $text | Should -BeLike '*Invoke-CrdrFailover pg-demo*'
        $text | Should -BeLike '*avn --url http:*service update*'
        $text | Should -BeLike '*created *'
    }

    It 'gives the page as text' {
        Export-CrdrCard pg-demo -AsText | Should -BeLike '# pg-demo*'
    }

    It 'writes nothing with -WhatIf' {
        Export-CrdrCard pg-demo (Join-Path $stage.Home 'unwritten') -WhatIf
        Join-Path $stage.Home 'unwritten' | Should -Not -Exist
    }

    It 'is made although the vendor cannot be reached, and says so' {
        Add-Fault $stage @{ action = 'Status'; status = 503; kind = 'ServiceGet' }
        $text, $warning = Export-CrdrCard pg-demo -AsText 3>&1 | Sort-Object { $_ -is [Management.Automation.WarningRecord] }
        Clear-Fault $stage
        $text | Should -BeLike '# pg-demo*'
        $warning | Should -BeLike '*without a look*'
    }
}
