BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'Streams, step by step' {
    BeforeAll { $stage = New-Stage -Cloud }
    AfterAll { Remove-Stage $stage }
    BeforeEach {
        Set-FreshKey $stage
        Clear-Request $stage
    }

    It 'one that comes down the pipeline is stopped; the active side stays, unprotected' {
        $stopped = Get-CrdrStream crdb-demo -Live | Stop-CrdrStream -Force
        $stopped.Verb | Should -Be 'StopReplication'
        $stopped.PhaseAfter | Should -Be 'Unprotected'
        (Get-CrdrStream crdb-demo).Status | Should -Be 'CANCELED'
        (Stop-CrdrStream crdb-demo -Force).Message | Should -BeLike 'Nothing to do*'
        (Get-Request $stage -Changing).Count | Should -Be 1
    }

    It 'one is not completed in its initial scan' {
        Set-Setting $stage @{ cockroachInitialScanStuck = $true }
        $begun = New-CrdrStream crdb-demo -DiscardWritesOn Recovery -Force -NoWait
        $begun.Outcome | Should -Be 'Started'
        (Invoke-Quietly { Complete-CrdrStream crdb-demo -To Recovery -AllowUnfenced -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'UnfinishedOperation,*'
        Stop-CrdrOperation $begun.Id -Abandon -Reason 'to see what completing says' -Force | Out-Null
        Wait-Until { (Invoke-Control $stage '/streams').streams[-1].status -ne 'STARTING' }
        Clear-Request $stage
        $result = Invoke-Quietly { Complete-CrdrStream crdb-demo -AllowUnfenced -Force }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'TargetReady,*'
        $result.Output.Message | Should -BeLike '*initial scan*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        Set-Setting $stage @{ cockroachInitialScanStuck = $false }
    }

    It 'an operation piped into Complete-CrdrStream is its pair''s: its id is none of a stream' {
        Set-Setting $stage @{ cockroachFailoverHangs = $true }
        $left = New-CrdrStream crdb-demo -DiscardWritesOn Recovery -Force | Complete-CrdrStream -AllowUnfenced -Force -NoWait
        $left.Verb | Should -Be 'Switchover'
        $left.Outcome | Should -Be 'Started'
    }

    It 'a completion that was left is taken up by the same command, though its stream has ended since' {
        Set-Setting $stage @{ cockroachFailoverHangs = $false }
        Wait-Until { (Invoke-Control $stage '/streams').streams.status -contains 'COMPLETED' }
        $open = (Get-CrdrOperation crdb-demo -Open).Id
        $again = (Invoke-Quietly { Complete-CrdrStream crdb-demo -AllowUnfenced -Force }).Output
        $again.Id | Should -Be $open
        $again.PhaseAfter | Should -Be 'FailedOver'
    }
}
