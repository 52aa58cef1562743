BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'A watched pair' {
    BeforeAll { $stage = New-Stage -Cloud }
    AfterAll { Remove-Stage $stage }

    It 'tells what it sees as it happens, and ends when nobody wants more' {
        $seen = @(Watch-CrdrPair crdb-demo -Interval 1 | Select-Object -First 2)
        $seen | Should -BeOfType CrdrTools.CrdrWatchEvent
        $seen.Kind | Should -Be @('Watching', 'PhaseChanged')
        "$($seen[1])" | Should -BeLike '*Z crdb-demo: it is Protected: crdb-demo takes the writes'
        $seen[1].Testimonies.Witness | Should -Contain 'vendor'
    }

    It 'is armed where that was asked for and somebody says that nobody else acts' {
        (Get-Thrown { Watch-CrdrPair crdb-demo -AutoFailover }).FullyQualifiedErrorId | Should -BeLike 'SoleController,*'
        (Watch-CrdrPair -Interval 1 -AutoFailover -SoleController | Where-Object Kind -EQ Armed | Select-Object -First 1).Message | Should -BeLike 'armed: *'
    }

    It 'does nothing with -WhatIf, and refuses what makes no sense' {
        Watch-CrdrPair crdb-demo -AutoFailover -SoleController -WhatIf | Should -BeNullOrEmpty
        (Get-Thrown { Watch-CrdrPair crdb-demo -Interval 0.5 }).FullyQualifiedErrorId | Should -BeLike 'WatchOptionsInvalid,*'
        (Get-Thrown { Watch-CrdrPair crdb-demo -DespiteVendor }).FullyQualifiedErrorId | Should -BeLike 'WatchOptionsInvalid,*'
        (Get-Thrown { Watch-CrdrPair crdb-demo -Webhook http://example.com }).FullyQualifiedErrorId | Should -BeLike 'WatchOptionsInvalid,*'
    }

    It 'tells an outage, and without being asked to does nothing about it' {
        Set-Outage $stage
        $suspected = Watch-CrdrPair crdb-demo -Interval 1 | Where-Object Kind -EQ Suspected | Select-Object -First 1
        $suspected.Severity | Should -Be 'Warning'
        $suspected.Message | Should -BeLike 'crdb-demo does not seem to live: vendor: dead *'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }
}
