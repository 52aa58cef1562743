BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')

    function Stop-Measured {
        # Stops a running session and gives how long that took, in milliseconds.
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
        param($Session)
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $Session.Shell.Stop()
        $watch.ElapsedMilliseconds
    }
}

Describe 'Ctrl+C' {
    BeforeEach {
        $stage = New-Stage
        $session = New-TestSession
    }
    AfterEach { Remove-Stage $stage }

    It 'answers within a second, and leaves nothing behind, while it <Phase>' -ForEach @(
        @{ Phase = 'looks'; Command = 'Get-CrdrStatus pg-demo'; Fault = @{ action = 'HangBefore'; kind = 'ServiceGet' } }
        @{ Phase = 'looks at readiness'; Command = 'Get-CrdrReadiness pg-demo'; Fault = @{ action = 'HangBefore'; kind = 'ServiceGet' } }
        @{ Phase = 'discovers'; Command = 'Register-CrdrPair demo pg-demo -Endpoint $endpoint -Secret env:CRDR_TEST_TOKEN -Force'; Fault = @{ action = 'HangBefore'; kind = 'ServiceGet' } }
        @{ Phase = 'plans'; Command = 'Invoke-CrdrSwitchover pg-demo -To Recovery -WhatIf'; Fault = @{ action = 'HangBefore'; kind = 'ServiceGet' } }
        @{ Phase = 'previews'; Command = 'Invoke-CrdrSwitchover pg-demo -To Recovery -Force'; Fault = @{ action = 'HangBefore'; kind = 'ServiceGet' } }
        @{ Phase = 'looks again under the lease'; Command = 'Invoke-CrdrSwitchover pg-demo -To Recovery -Force'; Fault = @{ action = 'HangBefore'; kind = 'ServiceGet'; skip = 2 } }
    ) {
        Clear-Request $stage
        Add-Fault $stage $Fault
        $session.Runspace.SessionStateProxy.SetVariable('endpoint', $stage.Simulator.Endpoint)
        $running = $session.Shell.AddScript($Command).BeginInvoke()
        $reads = 1 + [int]$Fault.skip
        Wait-Until { @(Get-Request $stage).Count -ge $reads }
        Stop-Measured $session | Should -BeLessThan 1000
        $running.IsCompleted | Should -BeTrue
        Clear-Fault $stage
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        Get-CrdrOperation -Open | Should -BeNullOrEmpty
        (Get-CrdrReadiness pg-demo | Where-Object Name -eq Lease).Result | Should -Be 'Pass'
    }

    It 'answers within a second while it waits for <Phase>; the operation is left, and the host is told its id' -ForEach @(
        @{ Phase = 'a take-over'; Prepare = {}; Setting = @{ takeoverSeconds = 100000 }; Command = 'Invoke-CrdrSwitchover pg-demo -To Recovery -Force' }
        @{ Phase = 'a failover'; Prepare = { Set-Outage $stage }; Setting = @{ failoverHangs = $true }; Command = 'Invoke-CrdrFailover pg-demo -AllowDataLoss -Force' }
        @{
            Phase   = 'a rebuild'
            Prepare = { Set-Outage $stage; Invoke-CrdrFailover pg-demo -AllowDataLoss -Force | Out-Null; Set-Outage $stage -Down $false }
            Setting = @{ rebuildStuck = $true }; Command = 'Restore-CrdrPrimary pg-demo -TakeOver -Force'
        }
        @{
            Phase   = 'what another run left'
            Prepare = { Set-Setting $stage @{ takeoverSeconds = 100000 }; Invoke-CrdrSwitchover pg-demo -To Recovery -Force -NoWait | Out-Null }
            Setting = @{ }; Command = 'Get-CrdrOperation -Open | Resume-CrdrOperation -Force'; Before = 0
        }
    ) {
        . $Prepare
        Set-Setting $stage $Setting
        Clear-Request $stage
        $running = $session.Shell.AddScript($Command).BeginInvoke()
        if ($Before -ne 0) { Wait-Until { @(Get-Request $stage -Changing).Count -eq 1 } }
        # Well into the waiting: it has looked a few times since.
        Clear-Request $stage
        Wait-Until { @(Get-Request $stage).Count -ge 4 }
        Stop-Measured $session | Should -BeLessThan 1000
        $running.IsCompleted | Should -BeTrue
        $left = Get-CrdrOperation -Open
        $left.Outcome | Should -Be 'Incomplete'
        $left.ErrorId | Should -Be 'Stopped'
        $told = $session.Host.UI.Lines -join "`n"
        $told | Should -BeLike "*$($left.Id)*"
        $told | Should -BeLike "*Resume-CrdrOperation -Id $($left.Id)*"
        # Nothing goes on in the background: once stopped, it looks no more.
        Clear-Request $stage
        (Get-CrdrReadiness pg-demo | Where-Object Name -eq Lease).Result | Should -Be 'Pass'
        @(Get-Request $stage).Count | Should -Be 2
    }

    It 'answers within a second while another process is waited for, and does not touch it' {
        Set-Setting $stage @{ takeoverSeconds = 100000 }
        $other = New-TestSession
        $running = $other.Shell.AddScript('Invoke-CrdrSwitchover pg-demo -To Recovery -Force').BeginInvoke()
        Wait-Until { Get-CrdrOperation -Open }
        $id = (Get-CrdrOperation -Open).Id
        $null = $session.Shell.AddScript("Wait-CrdrOperation $id").BeginInvoke()
        Wait-Until { $session.Shell.InvocationStateInfo.State -eq 'Running' }
        Stop-Measured $session | Should -BeLessThan 1000
        $running.IsCompleted | Should -BeFalse
        $other.Shell.Stop()
    }

    It 'answers within a second during a drill, and leaves the stage as it was' {
        Set-Setting $stage @{ rebuildSeconds = 100000 }
        $session.Runspace.SessionStateProxy.SetVariable('simulator', $stage.Simulator)
        $session.Runspace.SessionStateProxy.SetVariable('folder', (Join-Path $stage.Home 'drill'))
        $null = $session.Shell.AddScript('Invoke-CrdrDrill $simulator -ReportPath $folder').BeginInvoke()
        Wait-Until { @(Get-Request $stage -Changing).Count -ge 2 }
        Stop-Measured $session | Should -BeLessThan 1000
        (Invoke-Control $stage).outages | Should -BeNullOrEmpty
    }

    It 'waits for the reply to a change that was sent: what became of it is known, and the host is told why it takes time' {
        Add-Fault $stage @{ action = 'HangAfter'; kind = 'ServiceUpdate' }
        $running = $session.Shell.AddScript('Invoke-CrdrSwitchover pg-demo -To Recovery -Force').BeginInvoke()
        Wait-Until { @(Get-Request $stage -Changing).Count -eq 1 }
        $stopping = $session.Shell.BeginStop($null, $null)
        Wait-Until { ($session.Host.UI.Lines -join "`n") -like '*its reply is awaited*' }
        $running.IsCompleted | Should -BeFalse
        Clear-Fault $stage
        $session.Shell.EndStop($stopping)
        $left = Get-CrdrOperation -Open
        $left.Outcome | Should -Be 'Incomplete'
        ($left.Steps | Where-Object Id -eq take-over-recovery).State | Should -Be 'Underway'
        (Resume-CrdrOperation $left.Id -Force).Outcome | Should -Be 'Succeeded'
        @(Get-Request $stage -Changing).Count | Should -Be 1
    }
}
