BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'A vendor''s read-only name' {
    BeforeAll {
        $stage = New-Stage
        $null = Invoke-Control $stage '/pairs' Post @{ project = 'demo'; count = 2 }
        foreach ($primary in 'pg-0001', 'pg-0002') { Register-CrdrPair demo $primary -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN | Out-Null }
        Register-CrdrPair demo pg-single not-there -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN | Out-Null
        Register-CrdrPair -Provider CockroachCloud -Primary crdb-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN | Out-Null

        function Get-Lead {
            param($Stage, [string] $Service = 'pg-demo')
            (Invoke-Control $Stage "/services/demo/$Service/names").names | Where-Object name -like 'ha-*' | ForEach-Object { "$($_.leadsTo): $($_.nodes -join ',')" }
        }
    }
    AfterAll { Remove-Stage $stage }
    BeforeEach {
        Clear-Fault $stage
        Clear-Request $stage
    }

    It 'is told of both services, with what can be switched on where' {
        $both = Get-CrdrReplicaDns pg-demo
        $both | Should -BeOfType CrdrTools.CrdrReplicaDns
        $both.Side | Should -Be @('Primary', 'Recovery')
        $both.Enabled | Should -Be @($false, $false)
        $both[0].Checks.Result | Select-Object -Unique | Should -Be 'Pass'
        $both[0].NextActions | Should -BeLike 'Switch it on: Enable-CrdrReplicaDns pg-demo -Side Primary *'
        ($both | Out-String) | Should -BeLike '*pg-demo-2 healthy*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'is switched on without a question, which the standby nodes answer to; again nothing is asked for' {
        $on = Enable-CrdrReplicaDns pg-demo
        $on | Should -BeOfType CrdrTools.CrdrReplicaDns
        $on.Enabled | Should -BeTrue
        $on.Host | Should -Be 'ha-replica-pg-demo-demo.aivencloud.invalid'
        $on.Uri | Should -Be "postgres://avnadmin@$($on.Host):$($on.Port)/defaultdb?sslmode=require"
        $on.Target | Should -BeNullOrEmpty
        Get-Lead $stage | Should -Be 'replica: pg-demo-2'
        (Get-Request $stage -Changing).body | Should -Be '{"user_config":{"enable_ha_replica_dns":true}}'
        (Enable-CrdrReplicaDns pg-demo).Host | Should -Be $on.Host
        @(Get-Request $stage -Changing).Count | Should -Be 1
    }

    It 'leads to the primary node once no standby node is there for 30 s, and back when one is' {
        $null = Enable-CrdrReplicaDns pg-demo
        $null = Invoke-Control $stage '/services/demo/pg-demo/standbys' Post @{ down = $true }
        $null = Invoke-Control $stage '/clock' Post @{ advanceSeconds = 31 }
        Get-Lead $stage | Should -Be 'primary: pg-demo-1'
        $seen = Get-CrdrReplicaDns pg-demo | Where-Object Side -EQ Primary
        $seen.Standbys.Healthy | Should -Be $false
        $seen.Findings.Id | Should -Be 'NoStandbyRuns'
        $null = Invoke-Control $stage '/services/demo/pg-demo/standbys' Post @{ down = $false }
        Get-Lead $stage | Should -Be 'replica: pg-demo-2'
        (Get-CrdrReplicaDns pg-demo | Where-Object Side -EQ Primary).Findings | Should -BeNullOrEmpty
    }

    It 'is not switched off unless somebody says yes' {
        (Get-Thrown { Disable-CrdrReplicaDns pg-demo -ErrorAction Stop }).FullyQualifiedErrorId | Should -Be 'NonInteractive,CrdrTools.PowerShell.Commands.DisableCrdrReplicaDnsCommand'
        $session = New-TestSession -OnPrompt { 2 }
        $session.Shell.AddScript('Disable-CrdrReplicaDns pg-demo').Invoke() | Should -BeNullOrEmpty
        $session.Host.UI.Prompts[0] | Should -BeLike "*Switch off the read-only name of pg-demo's service that takes the writes: it leads to nothing then, and readers that use it lose it.*"
        $session.Shell.Commands.Clear()
        $session.Shell.AddScript('Enable-CrdrReplicaDns pg-demo -Side Recovery -Confirm').Invoke() | Should -BeNullOrEmpty
        $session.Host.UI.Prompts[1] | Should -BeLike '*Switch on the read-only name of pg-demo-dr (Recovery side of pg-demo).*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'with -WhatIf changes nothing' {
        Enable-CrdrReplicaDns pg-demo -Side Recovery -WhatIf
        Disable-CrdrReplicaDns pg-demo -Force -WhatIf
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'is switched off, and leads to nothing' {
        $null = Enable-CrdrReplicaDns pg-demo
        $off = Disable-CrdrReplicaDns pg-demo -Force
        $off.Enabled | Should -BeFalse
        $off.Host | Should -BeNullOrEmpty
        Get-Lead $stage | Should -Be ': '
    }

    It 'takes pairs from the pipeline: by name, as objects, as hashtables, and what Get- told, each for its own side' {
        ('pg-0001', 'pg-0002' | Enable-CrdrReplicaDns).Service | Should -Be @('pg-0001', 'pg-0002')
        (Get-CrdrPair pg-0001 | Disable-CrdrReplicaDns -Force).Enabled | Should -BeFalse
        $described = @{ Project = 'demo'; Primary = 'pg-0002'; Recovery = 'pg-0002-dr'; Endpoint = "$($stage.Simulator.Endpoint)"; Secret = 'env:CRDR_TEST_TOKEN' }
        ($described | Disable-CrdrReplicaDns -Force).Service | Should -Be 'pg-0002'
        (Get-CrdrStatus pg-0001 | Enable-CrdrReplicaDns).Service | Should -Be 'pg-0001'
        $both = Get-CrdrReplicaDns pg-0001, pg-0002 | Enable-CrdrReplicaDns
        $both.Service | Sort-Object | Should -Be @('pg-0001', 'pg-0001-dr', 'pg-0002', 'pg-0002-dr')
        $both.Enabled | Select-Object -Unique | Should -Be $true
        (Get-CrdrReplicaDns 'pg-0*' | Where-Object Enabled | Disable-CrdrReplicaDns -Confirm:$false).Enabled | Select-Object -Unique | Should -Be $false
    }

    It 'is refused in words on a plan that has none, and the other pairs go on' {
        $result = Invoke-Quietly { Enable-CrdrReplicaDns pg-single, pg-0001 }
        $result.Output.Service | Should -Be 'pg-0001'
        $result.Errors[0].FullyQualifiedErrorId | Should -Be 'ReplicaDnsNotAllowed,CrdrTools.PowerShell.Commands.EnableCrdrReplicaDnsCommand'
        $result.Errors[0].CategoryInfo.Category | Should -Be 'InvalidOperation'
        $result.Errors[0].TargetObject | Should -Be 'pg-single'
        $result.Errors[0].Exception.Message | Should -BeLike '*pg-single has the plan startup-4: only business and premium plans have the read-only name*'
    }

    It 'asks for the side where it cannot be told who takes the writes' {
        Set-Outage $stage
        try { (Get-Thrown { Enable-CrdrReplicaDns pg-0002 -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'SideMissing,*' }
        finally { Set-Outage $stage $false }
    }

    It 'says where a provider has none, and leaves to the vendor which standbys it waits for' {
        foreach ($call in { Get-CrdrReplicaDns crdb-demo -ErrorAction Stop }, { Enable-CrdrReplicaDns crdb-demo -ErrorAction Stop }, { Disable-CrdrReplicaDns crdb-demo -Force -ErrorAction Stop }) {
            (Get-Thrown $call).FullyQualifiedErrorId | Should -BeLike 'ReplicaDnsNotOffered,*'
        }
        (Get-Thrown { Enable-CrdrReplicaDns pg-demo -Forget pg-demo-2 -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'ReplicaDnsStandbysNotOurs,*'
        (Get-Thrown { Enable-CrdrReplicaDns pg-demo -Remember pg-demo-2 -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'ReplicaDnsStandbysNotOurs,*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'after a lost reply looks whether it took effect, and asks once' {
        $null = Disable-CrdrReplicaDns pg-demo -Force
        Clear-Request $stage
        Add-Fault $stage @{ kind = 'ServiceUpdate'; action = 'DropAfter'; times = 1 }
        (Enable-CrdrReplicaDns pg-demo).Enabled | Should -BeTrue
        @(Get-Request $stage -Changing).Count | Should -Be 1
    }

    It 'tells what the vendor refuses: <Id>' -ForEach @(
        @{ Status = 403; Id = 'PermissionDenied'; Category = 'PermissionDenied' }
        @{ Status = 404; Id = 'VendorNotFound'; Category = 'ObjectNotFound' }
        @{ Status = 429; Id = 'RateLimited'; Category = 'LimitsExceeded' }
    ) {
        $null = Disable-CrdrReplicaDns pg-demo -Force
        Clear-Request $stage
        Add-Fault $stage @{ kind = 'ServiceUpdate'; action = 'Status'; status = $Status }
        $problem = Get-Thrown { Enable-CrdrReplicaDns pg-demo -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $problem.CategoryInfo.Category | Should -Be $Category
        @(Get-Request $stage -Changing).Count | Should -Be 1
    }

    It 'goes by -Token, and shows it nowhere' {
        $token = ConvertTo-SecureString demo -AsPlainText -Force
        $env:CRDR_TEST_TOKEN = ''
        try {
            $all = Get-CrdrReplicaDns pg-demo -Token $token -Verbose -Debug *>&1 | Format-List * | Out-String
            $all | Should -BeLike '*pg-demo-dr*'
            $all | Should -Not -Match 'AVNS_|aivenv1'
        }
        finally { $env:CRDR_TEST_TOKEN = 'demo' }
    }
}

Describe 'A pair that describes its own read-only name' {
    BeforeAll {
        $stage = New-Stage -Bare
        $pair = @{ Provider = 'PostgreSql'; Primary = 'pg-a'; Recovery = 'pg-b'; Setting = @{ primaryConnection = 'Host=127.0.0.1'; recoveryConnection = 'Host=127.0.0.2' } }
        $endpoint = @{
            Server = '127.0.0.1:5353'; Zone = 'db.example'; name = 'read.db.example'; Servers = '127.0.0.1:5353', '127.0.0.2'; LagSeconds = 30; Type = 'A'; KeyName = 'crdr'; Key = 'env:DNS_KEY'
            RecoveryValue = '192.0.2.2'; Settings = @{ primaryValue = '192.0.2.1' }
            Standbys = @(@{ Name = 'pg-b' }, [pscustomobject]@{ Name = 'third'; Connection = 'Host=127.0.0.3'; Value = '192.0.2.3'; Password = 'env:THIRD' }, 'pg-a')
        }

        function Assert-Endpoint {
            param($Endpoint)
            $Endpoint.Settings['server'] | Should -BeExactly '127.0.0.1:5353'
            $Endpoint.Settings['name'] | Should -Be 'read.db.example'
            $Endpoint.Settings['servers'] | Should -Be '127.0.0.1:5353,127.0.0.2'
            $Endpoint.Settings['lagSeconds'] | Should -Be '30'
            $Endpoint.Settings['primaryValue'] | Should -Be '192.0.2.1'
            $Endpoint.Settings.Keys | Should -HaveCount 10
            $Endpoint.Standbys.Name | Should -Be @('pg-b', 'third', 'pg-a')
            $Endpoint.Standbys[1].Connection | Should -Be 'Host=127.0.0.3'
            $Endpoint.Standbys[1].Value | Should -Be '192.0.2.3'
            $Endpoint.Standbys[1].Password | Should -Be 'env:THIRD'
            $Endpoint.Standbys[0].Connection | Should -BeNullOrEmpty
        }
    }
    AfterAll { Remove-Stage $stage }

    It 'is made by a parameter, with settings flat and nested in any case' {
        Assert-Endpoint (New-CrdrPair @pair -ReplicaDns $endpoint).ReplicaDns
        (New-CrdrPair @pair).ReplicaDns | Should -BeNullOrEmpty
    }

    It 'is refused for a vendor that keeps its name itself, and where it is not whole' {
        (Get-Thrown { New-CrdrPair demo pg-demo pg-demo-dr -ReplicaDns $endpoint -ErrorAction Stop }).Exception.Message | Should -BeLike '*keeps its read-only name itself*'
        foreach ($lacks in 'RecoveryValue', 'Zone', 'Key') {
            $less = $endpoint.Clone()
            $less.Remove($lacks)
            (Get-Thrown { New-CrdrPair @pair -ReplicaDns $less -ErrorAction Stop }).Exception.Message | Should -BeLike "*needs '$lacks'*"
        }
    }

    It 'names what is misspelt: <What>' -ForEach @(
        @{ What = 'a setting'; Dns = @{ Zonne = 'x' }; Id = 'PairKeyUnknown'; Says = "*'Zone' was meant*" }
        @{ What = 'a nested setting'; Dns = @{ Settings = @{ lagSecond = 1 } }; Id = 'PairKeyUnknown'; Says = "*'lagSeconds' was meant*" }
        @{ What = 'a key of a standby'; Dns = @{ Standbys = @{ Name = 'x'; Pasword = 'env:X' } }; Id = 'PairKeyUnknown'; Says = "*'Password' was meant*" }
        @{ What = 'a standby without a name'; Dns = @{ Standbys = @{ Value = 'x' } }; Id = 'PairInvalid'; Says = '*has no Name*' }
        @{ What = 'standbys that are none'; Dns = @{ Standbys = 5 }; Id = 'PairInvalid'; Says = '*must be a hashtable with Name*' }
    ) {
        $problem = Get-Thrown { New-CrdrPair demo pg-demo pg-demo-dr -ReplicaDns $Dns -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $problem.Exception.Message | Should -BeLike $Says
    }
}
