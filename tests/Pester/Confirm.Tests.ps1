BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'Being asked' {
    BeforeEach {
        $stage = New-Stage
        $null = Invoke-Control $stage '/pairs' Post @{ project = 'demo'; count = 2 }
        1..2 | ForEach-Object { Register-CrdrPair -Project demo -Primary "pg-000$_" -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 } | Out-Null
        Clear-Request $stage
    }
    AfterEach { Remove-Stage $stage }

    It 'shows the plan in words, and goes on after a yes' {
        $session = New-TestSession { 0 }
        $operation = $session.Shell.AddScript('Invoke-CrdrSwitchover pg-demo -To Recovery').Invoke()
        $operation.Outcome | Should -Be 'Succeeded'
        $session.Host.UI.Prompts.Count | Should -Be 1
        $session.Host.UI.Prompts[0] | Should -BeLike '*Switchover of pg-demo, now Protected*PUT role=active on pg-demo-dr*no way back*The lease keeps out*Go ahead?*'
    }

    It 'names the guards that are overridden' {
        $session = New-TestSession { 2 }
        $null = try { $session.Shell.AddScript('Invoke-CrdrFailover pg-demo -GiveUpHealthyPrimary -AllowDataLoss').Invoke() } catch { $_ }
        $session.Host.UI.Prompts[0] | Should -BeLike '*Overridden OutageEvident*Overridden LossBound*'
    }

    It 'changes nothing after a no, and says so' {
        $session = New-TestSession { 2 }
        $session.Shell.AddScript('Invoke-CrdrSwitchover pg-demo -To Recovery').Invoke().Outcome | Should -Be 'Refused'
        $session.Shell.Streams.Error[0].FullyQualifiedErrorId | Should -BeLike 'NotConfirmed,*'
        $session.Shell.Streams.Error[1].FullyQualifiedErrorId | Should -BeLike 'OperationsFailed,*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'asks about each pair in turn, and only then acts on any' {
        # Seen at each question: what had been asked of the vendor by then.
        $seen = [Collections.Generic.List[string]]::new()
        $answers = @{ 'pg-demo' = 0; 'pg-0001' = 2; 'pg-0002' = 0 }
        $session = New-TestSession {
            param($caption, $message)
            $pair = ([regex]'of (\S+), now').Match($message).Groups[1].Value
            $seen.Add("$pair $(@(Get-Request $stage -Changing).Count)")
            $answers[$pair]
        }
        $operations = $session.Shell.AddScript('Invoke-CrdrSwitchover pg-demo, pg-0001, pg-0002 -To Recovery -ThrottleLimit 1').Invoke()
        ($operations | Sort-Object Pair).Outcome | Should -Be @('Refused', 'Succeeded', 'Succeeded')
        $seen | Should -Be @('pg-demo 0', 'pg-0001 0', 'pg-0002 0')
        (Get-CrdrStatus | Sort-Object Pair).Phase | Should -Be @('Protected', 'ReadyToFailBack', 'ReadyToFailBack')
    }

    It 'asks nothing under -Force, -Confirm:$false, or ConfirmPreference None: <Command>' -ForEach @(
        @{ Command = 'Invoke-CrdrSwitchover pg-demo -To Recovery -Force' }
        @{ Command = 'Invoke-CrdrSwitchover pg-demo -To Recovery -Confirm:$false' }
        @{ Command = '$ConfirmPreference = "None"; Invoke-CrdrSwitchover pg-demo -To Recovery' }
    ) {
        $session = New-TestSession { throw 'nobody is to be asked' }
        $session.Shell.AddScript($Command).Invoke().Outcome | Should -Be 'Succeeded'
        $session.Host.UI.Prompts | Should -BeNullOrEmpty
    }

    It 'asks under -Force when -Confirm is given too' {
        $session = New-TestSession { 0 }
        $session.Shell.AddScript('Invoke-CrdrSwitchover pg-demo -To Recovery -Force -Confirm').Invoke().Outcome | Should -Be 'Succeeded'
        $session.Host.UI.Prompts.Count | Should -Be 1
    }

    It 'does not ask about what is refused or so already' {
        $session = New-TestSession { throw 'nobody is to be asked' }
        $session.Shell.AddScript('Restore-CrdrPrimary pg-demo').Invoke().Message | Should -BeLike 'Nothing to do*'
        $session.Shell.Commands.Clear()
        $null = try { $session.Shell.AddScript('Invoke-CrdrFailover pg-demo').Invoke() } catch { $_ }
        $session.Host.UI.Prompts | Should -BeNullOrEmpty
    }

    It 'asks before an operation that was left is taken up, whichever command does it: <Command>' -ForEach @(
        @{ Command = 'Invoke-CrdrSwitchover pg-demo -To Recovery' }
        @{ Command = 'Get-CrdrOperation -Open | Resume-CrdrOperation' }
        @{ Command = 'Get-CrdrStatus pg-demo | Resume-CrdrOperation' }
    ) {
        Set-Setting $stage @{ takeoverSeconds = 0.5 }
        $left = (Invoke-CrdrSwitchover pg-demo -To Recovery -Force -NoWait).Id
        $session = New-TestSession { 2 }
        $null = try { $session.Shell.AddScript($Command).Invoke() } catch { $_ }
        $session.Host.UI.Prompts[0] | Should -BeLike "*Take up $left again*was asked for*"
        (Get-CrdrOperation -Open).Id | Should -Be $left
        $session.Host.UI.OnPrompt = [Func[string, string, int]] { 0 }
        $session.Shell.Commands.Clear()
        $session.Shell.AddScript($Command).Invoke().Outcome | Should -Be 'Succeeded'
        Get-CrdrOperation -Open | Should -BeNullOrEmpty
        @(Get-Request $stage -Changing).Count | Should -Be 1
    }
}

Describe 'Nobody at the prompt' {
    BeforeEach { $stage = New-Stage }
    AfterEach { Remove-Stage $stage }

    It 'is refused clearly, and nothing is sent: <Command>' -ForEach @(
        @{ Command = 'Invoke-CrdrSwitchover pg-demo -To Recovery' }
        @{ Command = 'Invoke-CrdrFailover pg-demo -GiveUpHealthyPrimary -AllowDataLoss' }
    ) {
        $lines = pwsh -NoProfile -NonInteractive -Command "Import-Module '$(Join-Path $Root 'CrdrTools.psd1')'; try { $Command } catch { `$Error.FullyQualifiedErrorId }" 2>$null
        $lines | Where-Object { $_ -like 'NonInteractive,*' } | Should -Not -BeNullOrEmpty
        $lines | Where-Object { $_ -like 'OperationsFailed,*' } | Should -Not -BeNullOrEmpty
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'is refused in a session whose host cannot ask' {
        $shell = [powershell]::Create()
        $null = $shell.AddCommand('Import-Module').AddParameter('Name', (Join-Path $Root 'CrdrTools.psd1')).Invoke()
        $shell.Commands.Clear()
        $null = try { $shell.AddScript('Invoke-CrdrSwitchover pg-demo -To Recovery').Invoke() } catch { $_ }
        $shell.Streams.Error[0].FullyQualifiedErrorId | Should -BeLike 'NonInteractive,*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'is refused when standard input has come to its end' {
        $lines = $null | pwsh -NoProfile -Command "Import-Module '$(Join-Path $Root 'CrdrTools.psd1')'; try { Invoke-CrdrSwitchover pg-demo -To Recovery } catch { `$Error.FullyQualifiedErrorId }" 2>$null
        $lines | Where-Object { $_ -match '^(NonInteractive|NotConfirmed),' } | Should -Not -BeNullOrEmpty
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'is known in Azure Automation by: <Sign>' -ForEach @(
        @{ Sign = 'AZUREPS_HOST_ENVIRONMENT'; Set = { $env:AZUREPS_HOST_ENVIRONMENT = 'AzureAutomation/1.0' }; Script = '' }
        @{ Sign = 'AUTOMATION_ASSET_SANDBOX_ID'; Set = { $env:AUTOMATION_ASSET_SANDBOX_ID = '1' }; Script = '' }
        @{ Sign = 'PSPrivateMetadata'; Set = {}; Script = '$PSPrivateMetadata = @{ JobId = [guid]::NewGuid() };' }
    ) {
        try {
            & $Set
            $session = New-TestSession { throw 'nobody is to be asked' }
            $null = try { $session.Shell.AddScript("$Script Invoke-CrdrSwitchover pg-demo -To Recovery -SoleController").Invoke() } catch { $_ }
            $session.Shell.Streams.Error[0].FullyQualifiedErrorId | Should -BeLike 'NonInteractive,*'
            # A job whose lease keeps out nobody else has to say that it is the only one.
            $session.Shell.Commands.Clear()
            $session.Shell.Streams.ClearStreams()
            $null = try { $session.Shell.AddScript("$Script Invoke-CrdrSwitchover pg-demo -To Recovery -Force").Invoke() } catch { $_ }
            $session.Shell.Streams.Error[0].FullyQualifiedErrorId | Should -BeLike 'SoleController,*'
            Get-Request $stage -Changing | Should -BeNullOrEmpty
            $session.Shell.Commands.Clear()
            $session.Shell.AddScript("$Script Invoke-CrdrSwitchover pg-demo -To Recovery -Force -SoleController").Invoke().Outcome | Should -Be 'Succeeded'
        }
        finally {
            $env:AZUREPS_HOST_ENVIRONMENT = $null
            $env:AUTOMATION_ASSET_SANDBOX_ID = $null
        }
    }
}
