BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'A disaster and back, clients fenced by the pair''s route' -Skip:$IsWindows {
    BeforeAll {
        $stage = New-Stage -Bare -Cloud
        Register-CrdrPair -Provider CockroachCloud -Primary crdb-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 -Rpo 30s -Route (New-ScriptRoute $stage) | Out-Null
    }
    AfterAll { Remove-Stage $stage }
    BeforeEach { Set-FreshKey $stage }

    It 'fails over, and bounds the loss by the stream''s own time' {
        Set-Outage $stage
        $failover = Invoke-CrdrFailover crdb-demo -Force -Reason 'the region is lost'
        $failover.Outcome | Should -Be 'Succeeded'
        $failover.PhaseAfter | Should -Be 'FailedOver'
        $failover.Loss.Kind | Should -Be 'Bounded'
        $failover.Loss.Bound | Should -BeLessThan ([timespan]::FromSeconds(30))
        Get-Content (Join-Path $stage.Home 'target') | Should -Be 'recovery'
        Get-Content (Join-Path $stage.Home 'fenced') | Should -Be 'primary'
        Set-Outage $stage -Down $false
    }

    It 'erases what had not arrived when the region was lost only when told' {
        (Invoke-Quietly { Restore-CrdrPrimary crdb-demo -TakeOver -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'NoWritesAfterCutover,*'
    }

    It 'goes home then: copies back, and takes over losing nothing' {
        $home_ = Restore-CrdrPrimary crdb-demo -TakeOver -DiscardWritesOn Primary -Force
        $home_.Outcome | Should -Be 'Succeeded'
        $home_.PhaseAfter | Should -Be 'Unprotected'
        $home_.Loss.Bound | Should -Be ([timespan]::Zero)
        Get-Content (Join-Path $stage.Home 'target') | Should -Be 'primary'
    }

    It 'is protected again by a new stream' {
        (New-CrdrRecovery crdb-demo -Force).PhaseAfter | Should -Be 'Protected'
        (Get-CrdrStream crdb-demo).To | Should -Be @('Recovery', 'Primary', 'Recovery')
        (Get-CrdrStream crdb-demo).Live | Should -Be @($true, $false, $false)
    }
}
