BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'A pair whose clients nothing keeps away' {
    BeforeAll { $stage = New-Stage -Cloud }
    AfterAll { Remove-Stage $stage }
    BeforeEach {
        Set-FreshKey $stage
        Clear-Request $stage
    }

    It 'completes the stream that comes down the pipeline, and leaves the old side to be kept from clients' {
        $result = Invoke-Quietly { Get-CrdrStream crdb-demo -Live | Complete-CrdrStream -AllowUnfenced -Force }
        $result.Output.PhaseAfter | Should -Be 'FailedOver'
        $result.Output.Overrides.Override | Should -Be '-AllowUnfenced'
        # What was overridden stays to be done: the record is not a success.
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ObligationLeft,*'
        (Get-Request $stage -Changing).Count | Should -Be 1
    }

    It 'has no stream to complete then; and with a target, nothing to do' {
        $problem = (Invoke-Quietly { Complete-CrdrStream crdb-demo -AllowUnfenced -Force }).Errors[0]
        $problem.FullyQualifiedErrorId | Should -BeLike 'NoLiveStream,*'
        $problem.TargetObject | Should -Be 'crdb-demo'
        (Invoke-Quietly { Complete-CrdrStream crdb-demo -To Recovery -Force }).Output.Message | Should -BeLike 'Nothing to do*'
        (Invoke-Quietly { Get-CrdrStream crdb-demo | Complete-CrdrStream -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'StreamEnded,*'
    }

    It 'erases writes of the old side only when told' {
        $result = Invoke-Quietly { New-FailbackStream crdb-demo -Force }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'NoWritesAfterCutover,*'
        $result.Output.Blocks.Override | Should -Be '-DiscardWritesOn Primary'
        (Invoke-Quietly { New-FailbackStream crdb-demo -DiscardWritesOn Recovery -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'NoWritesAfterCutover,*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'copies back then' {
        (Invoke-Quietly { New-FailbackStream crdb-demo -DiscardWritesOn Primary -Force }).Output.PhaseAfter | Should -Be 'ReadyToFailBack'
        (Get-CrdrStream crdb-demo).To | Should -Be @('Primary', 'Recovery')
    }
}
