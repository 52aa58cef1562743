BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'Disruptions on purpose' {
    BeforeAll {
        $stage = New-Stage -Cloud
        $more = @{ Provider = 'CockroachCloud'; Primary = 'crdb-demo'; Endpoint = $stage.Simulator.Endpoint; Secret = 'env:CRDR_TEST_TOKEN' }
        Register-CrdrPair @more -Name production | Out-Null
    }
    AfterAll { Remove-Stage $stage }
    BeforeEach {
        Set-FreshKey $stage
        Clear-Request $stage
    }

    It 'tells of both sides that nothing is disrupted' {
        $both = Get-CrdrDisruption crdb-demo
        $both | Should -BeOfType CrdrTools.CrdrDisruption
        $both.Side | Should -Be @('Primary', 'Recovery')
        $both.Active | Should -Be @($false, $false)
        (Get-CrdrDisruption crdb-demo -Side Recovery).Member | Should -Be 'crdb-demo-dr'
    }

    It 'refuses a pair that is not marked as a test pair' {
        $problem = Get-Thrown { Invoke-CrdrDisruption production -Force -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -Be 'NotATestPair,CrdrTools.PowerShell.Commands.InvokeCrdrDisruptionCommand'
        $problem.TargetObject | Should -Be 'production'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'says where a provider offers none' {
        $aiven = @{ Project = 'demo'; Primary = 'pg-demo'; Recovery = 'pg-demo-dr'; Endpoint = "$($stage.Simulator.Endpoint)" }
        $token = ConvertTo-SecureString demo -AsPlainText -Force
        foreach ($call in { Get-CrdrDisruption $aiven -Token $token -ErrorAction Stop }, { Invoke-CrdrDisruption $aiven -Token $token -Force -ErrorAction Stop }) {
            (Get-Thrown $call).FullyQualifiedErrorId | Should -BeLike 'DisruptionNotOffered,*'
        }
    }

    It 'asks, and without anybody to ask is refused; -Force goes unasked' {
        (Get-Thrown { Invoke-CrdrDisruption crdb-demo -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'NonInteractive,*'
        $session = New-TestSession -OnPrompt { 2 }
        $session.Shell.AddScript('Invoke-CrdrDisruption crdb-demo').Invoke() | Should -BeNullOrEmpty
        $session.Host.UI.Prompts[0] | Should -BeLike '*Disrupt all of europe-west1 for crdb-demo (Primary side of crdb-demo)*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'in a job, where nobody can be asked, making one is refused and ending one is not' {
        $session = New-TestSession { throw 'nobody is to be asked' }
        $job = '$PSPrivateMetadata = @{ JobId = [guid]::NewGuid() };'
        $session.Shell.AddScript("$job Invoke-CrdrDisruption crdb-demo").Invoke() | Should -BeNullOrEmpty
        $session.Shell.Streams.Error[0].FullyQualifiedErrorId | Should -BeLike 'NonInteractive,*'
        $session.Shell.Commands.Clear()
        $session.Shell.AddScript("$job Clear-CrdrDisruption crdb-demo -Side Primary").Invoke().Active | Should -BeFalse
    }

    It 'with -WhatIf changes nothing' {
        Invoke-CrdrDisruption crdb-demo -WhatIf -Force
        Clear-CrdrDisruption crdb-demo -WhatIf
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'disrupts all of the primary''s region, which is an outage, and ends it for what is piped' {
        $made = Invoke-CrdrDisruption crdb-demo -Force
        $made.WholeRegion | Should -BeTrue
        $made.Region | Should -Be 'europe-west1'
        (Get-CrdrStatus crdb-demo).Phase | Should -Be 'NoWriter'
        $ended = Get-CrdrDisruption crdb-demo | Where-Object Active | Clear-CrdrDisruption
        $ended.Side | Should -Be 'Primary'
        $ended.Active | Should -BeFalse
        (Get-CrdrStatus crdb-demo).Phase | Should -Be 'Protected'
    }

    It 'disrupts zones and nodes of the other side' {
        $key = @{ Authorization = "Bearer $env:CRDR_TEST_TOKEN"; 'Cc-Version' = '2024-09-16' }
        $node = (Invoke-RestMethod "$($stage.Simulator.Endpoint)api/v1/clusters/$((Get-CrdrPair crdb-demo).Recovery.Identity)/nodes" -Headers $key).nodes[0].name
        $made = Invoke-CrdrDisruption crdb-demo -Side Recovery -Zone europe-west4-b -Node $node -Force
        $made.WholeRegion | Should -BeFalse
        $made.Zones | Should -Be 'europe-west4-b'
        $made.Nodes | Should -Be $node
        (Clear-CrdrDisruption crdb-demo).Active | Should -Be @($false, $false)
    }
}
