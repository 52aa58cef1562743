BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    function Complete { param([string] $Line) ([Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null)).CompletionMatches.CompletionText }
}

Describe 'Tab completion' {
    BeforeAll {
        $stage = New-Stage
        Register-CrdrPair -Project demo -Primary pg-demo -Name alpha -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN | Out-Null
        Set-Setting $stage @{ takeoverSeconds = 100000 }
        $open = (Invoke-CrdrSwitchover pg-demo -To Recovery -Force -NoWait).Id
        Clear-Request $stage
    }
    AfterAll { Remove-Stage $stage }

    It 'knows the registered pairs, wherever a pair is wanted: <Command>' -ForEach @(
        @{ Command = 'Get-CrdrStatus ' }, @{ Command = 'Get-CrdrPair ' }, @{ Command = 'Unregister-CrdrPair ' }, @{ Command = 'Get-CrdrPlan -Pair ' }, @{ Command = 'Get-CrdrReadiness ' }
        @{ Command = 'Test-CrdrReadiness ' }, @{ Command = 'Invoke-CrdrFailover ' }, @{ Command = 'Invoke-CrdrSwitchover -Pair ' }, @{ Command = 'Restore-CrdrPrimary ' }
        @{ Command = 'New-CrdrRecovery ' }, @{ Command = 'Export-CrdrCard ' }, @{ Command = 'Get-CrdrOperation ' }
        @{ Command = 'Get-CrdrStream ' }, @{ Command = 'Complete-CrdrStream ' }, @{ Command = 'New-FailbackStream ' }, @{ Command = 'Invoke-CrdrDisruption ' }, @{ Command = 'Get-CrdrRoute ' }, @{ Command = 'Switch-CrdrRoute ' }
    ) {
        Complete $Command | Should -Be @('alpha', 'pg-demo')
    }

    It 'goes by what was typed' { Complete 'Get-CrdrStatus AL' | Should -Be 'alpha' }
    It 'reads the file that -PairFile names' { Complete "Get-CrdrStatus -PairFile '$($stage.Home)/none.json' -Pair al" | Should -Not -Contain 'alpha' }
    It 'reads it from where the prompt stands' {
        Push-Location $stage.Home
        try { Complete 'Get-CrdrStatus -PairFile pairs.json -Pair al' | Should -Be 'alpha' } finally { Pop-Location }
    }
    It 'knows the operations that can be taken up' { Complete 'Resume-CrdrOperation ' | Should -Be $open }
    It 'knows all operations where all make sense' { Complete 'Get-CrdrOperation -Id ' | Should -Contain $open }
    It 'knows sides, verbs and providers' {
        Complete 'Invoke-CrdrSwitchover x -To ' | Should -Be @('Primary', 'Recovery')
        Complete 'Get-CrdrPlan -Verb S' | Should -Be @('Setup', 'StopReplication', 'Switchover', 'SwitchRoute')
        Complete 'New-CrdrPair -Provider ' | Should -Contain 'Aiven'
    }
    It 'never calls out' { Get-Request $stage | Should -BeNullOrEmpty }
    It 'is quiet when the pair file is damaged' {
        $env:CRDR_PAIRS = Join-Path $stage.Home 'damaged.json'
        Set-Content $env:CRDR_PAIRS '{ "pairs": [ { '
        try { Complete 'Get-CrdrStatus al' | Should -Not -Contain 'alpha' } finally { $env:CRDR_PAIRS = $stage.PairFile }
    }
}
