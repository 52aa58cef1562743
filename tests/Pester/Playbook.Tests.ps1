BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $WarningPreference = 'SilentlyContinue'

    function Get-Last {
        # The record of the run among what a playbook gave.
        param($Said)
        $Said | Where-Object { $_ -is [CrdrTools.CrdrPlaybookRun] } | Select-Object -Last 1
    }
}

Describe 'A playbook that is run' {
    BeforeEach { $stage = New-Stage }
    AfterEach { Remove-Stage $stage }

    It 'gives what its cmdlets give, and keeps who ran it, what became of it, and the operations' {
        $said = Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = 'Recovery'; Reason = 'works' } -Force
        $run = Get-Last $said
        $run.Outcome | Should -Be 'Succeeded'
        $run.Who | Should -BeLike '*@*'
        $operation = $said | Where-Object { $_ -is [CrdrTools.CrdrOperation] }
        $operation.Reason | Should -Be 'works'
        $run.Operations | Should -Be $operation.Id
        $run.Arguments.To | Should -Be 'Recovery'
        $kept = Get-Content (Join-Path $stage.State "playbooks/runs/pg-demo/$($run.Id).json") | ConvertFrom-Json
        $kept.outcome | Should -Be 'Succeeded'
        $kept.operations | Should -Be $operation.Id
        $said[-2].Command | Should -Be 'Invoke-CrdrPlaybook post-recovery-tasks pg-demo'
    }

    It 'stops at the first cmdlet that does not succeed, and says which line that is' {
        Add-Fault $stage @{ kind = 'ServiceUpdate'; action = 'Status'; status = 403 }
        $result = Invoke-Quietly { Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = 'Recovery' } -Force }
        $run = Get-Last $result.Output
        $run.Outcome | Should -Be 'Failed'
        $run.ErrorId | Should -Be 'PermissionDenied'
        $run.Message | Should -BeLike 'Line *: Switchover of pg-demo: Refused.*'
        $run.Operations | Should -HaveCount 1
        $result.Output | Where-Object { $_ -is [CrdrTools.CrdrNextAction] } | Should -BeNullOrEmpty
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PermissionDenied,*'
        $result.Errors[0].TargetObject.Id | Should -Be $run.Id
        $result.Thrown.FullyQualifiedErrorId | Should -BeLike 'PlaybooksFailed,*'
    }

    It 'with -WhatIf shows what each of its cmdlets would do, changes nothing, and leaves no record' {
        $null = Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = 'Recovery' } -WhatIf
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        Join-Path $stage.State 'playbooks' | Should -Not -Exist
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'Protected'
    }

    It 'asks nobody who is not there: without -Force nothing is changed' {
        $result = Invoke-Quietly { Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = 'Recovery' } }
        (Get-Last $result.Output).ErrorId | Should -Be 'NonInteractive'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'is told of an argument that it has not, and of the ones that it has' {
        $result = Invoke-Quietly { Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ Too = 'Recovery' } -Force }
        $result.Thrown.FullyQualifiedErrorId | Should -BeLike 'ArgumentUnknown,*'
        $result.Thrown.Exception.Message | Should -BeLike '*To, Reason, ChangeReference*'
    }
}
