BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    function Get-World { param($Stage) (Invoke-Control $Stage '/clusters').clusters }
}

Describe 'Pairs of CockroachDB Cloud' {
    BeforeAll { $stage = New-Stage -Bare -Cloud }
    AfterAll { Remove-Stage $stage }
    BeforeEach {
        $call = @{ Provider = 'CockroachCloud'; Endpoint = $stage.Simulator.Endpoint; Secret = 'env:CRDR_TEST_TOKEN' }
        Clear-Request $stage
    }
    AfterEach {
        Clear-Fault $stage
        Get-CrdrPair | Unregister-CrdrPair -Confirm:$false
    }

    Context 'Describing' {
        It 'needs no project, and knows the provider''s settings' {
            $pair = New-CrdrPair @call -Primary crdb-demo -Setting @{ LagLimit = 30; primarySql = 'env:A' } -TestPair
            $pair.Name | Should -Be 'crdb-demo'
            $pair.Settings['lagLimit'] | Should -Be '30'
            $pair.Settings['primarySql'] | Should -Be 'env:A'
            $pair.Settings['testPair'] | Should -Be 'true'
            $pair.Settings.ContainsKey('project') | Should -BeFalse
        }

        It 'takes a truth value for a setting' {
            (New-CrdrPair @call -Primary a -Setting @{ testPair = $true }).Settings['testPair'] | Should -Be 'true'
        }

        It 'names a setting that is none, and one of another provider' {
            (Get-Thrown { New-CrdrPair @call -Primary a -Setting @{ lagLimt = 30 } -ErrorAction Stop }).Exception.Message | Should -BeLike "*'lagLimt'*'lagLimit'*"
            (Get-Thrown { New-CrdrPair -Project demo -Primary a -TestPair -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'PairKeyUnknown,*'
        }

        It 'refuses what is no figure, and a connection string that is no reference' {
            (Get-Thrown { New-CrdrPair @call -Primary a -Setting @{ lagLimit = 'soon' } -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'PairInvalid,*'
            (Get-Thrown { New-CrdrPair @call -Primary a -Setting @{ primarySql = 'postgresql://root:x@host/db' } -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'PairInvalid,*'
        }

        It 'says that there are no projects, where members were given by position' {
            (Get-Thrown { New-CrdrPair @call crdb-demo crdb-demo-dr -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'ProjectNotOffered,*'
        }

        It 'says that an Aiven pair needs one: <Command>' -ForEach @(
            @{ Command = 'Register-CrdrPair -Primary pg-demo -ErrorAction Stop' }
            @{ Command = 'New-CrdrPair -Primary pg-demo -ErrorAction Stop' }
            @{ Command = 'New-CrdrPair -Provider Aiven -Primary pg-demo -ErrorAction Stop' }
            @{ Command = 'New-CrdrPair "" pg-demo -ErrorAction Stop' }
        ) {
            $problem = Get-Thrown ([scriptblock]::Create($Command))
            $problem.FullyQualifiedErrorId | Should -BeLike 'PairInvalid,*'
            $problem.Exception.Message | Should -BeLike "*'project'*"
        }

        It 'takes Aiven''s parts as it always did: <Command>' -ForEach @(
            @{ Command = 'New-CrdrPair demo pg-demo pg-demo-dr' }
            @{ Command = 'New-CrdrPair -Provider Aiven demo pg-demo pg-demo-dr' }
            @{ Command = 'New-CrdrPair -Project demo -Primary pg-demo -Recovery pg-demo-dr' }
            @{ Command = '[pscustomobject]@{ Project = "demo"; Primary = "pg-demo"; Recovery = "pg-demo-dr" } | New-CrdrPair' }
            @{ Command = '[pscustomobject]@{ Provider = "Aiven"; Project = "demo"; Primary = "pg-demo"; Recovery = "pg-demo-dr" } | New-CrdrPair' }
        ) {
            $pair = & ([scriptblock]::Create($Command))
            $pair.Settings['project'], $pair.Primary.Name, $pair.Recovery.Name | Should -Be @('demo', 'pg-demo', 'pg-demo-dr')
        }

        It 'takes rows of a table that holds pairs of both' {
            $pairs = "Provider,Project,Primary`nAiven,demo,pg-demo`nCockroachCloud,,crdb-demo" | ConvertFrom-Csv | New-CrdrPair
            $pairs.Provider | Should -Be @('Aiven', 'CockroachCloud')
            $pairs[1].Settings.Count | Should -Be 0
        }

        It 'completes the names of settings, of the provider that was given' {
            function Complete { param([string] $Line) ([Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null)).CompletionMatches.ListItemText }
            Complete 'New-CrdrPair -Provider CockroachCloud -Setting lag' | Should -Be 'lagLimit'
            Complete 'Register-CrdrPair -Provider CockroachCloud -Setting ' | Should -Contain 'testPair'
            Complete 'New-CrdrPair -Setting ' | Should -Not -Contain 'testPair'
            Complete 'New-CrdrPair -Provider C' | Should -Be 'CockroachCloud'
        }
    }

    Context 'Registering' {
        It 'finds the recovery cluster, pins both, and is called after the primary: by <By>' -ForEach @(@{ By = 'name' }, @{ By = 'id' }) {
            $cluster = Get-World $stage | Where-Object name -eq 'crdb-demo'
            $pair = Register-CrdrPair @call -Primary $cluster.$By
            $pair.Name | Should -Be 'crdb-demo'
            $pair.Primary.Identity | Should -Be $cluster.id
            $pair.Recovery.Name | Should -Be 'crdb-demo-dr'
            $pair.Recovery.Region | Should -Be 'europe-west4'
            (Get-CrdrStatus crdb-demo).Phase | Should -Be 'Protected'
        }

        It 'takes what it needs from the simulator object, and leaves its project alone' {
            $pair = $stage.Simulator | Register-CrdrPair -Provider CockroachCloud -Primary crdb-demo -Secret env:CRDR_TEST_TOKEN
            $pair.Settings.Keys | Should -Be 'endpoint'
        }

        It 'takes hashtables, and pairs of New-CrdrPair' {
            @{ Provider = 'CockroachCloud'; Primary = 'crdb-demo'; Endpoint = "$($stage.Simulator.Endpoint)"; Secret = 'env:CRDR_TEST_TOKEN'; TestPair = $true; LagLimit = 20 } |
                Register-CrdrPair | Out-Null
            New-CrdrPair @call -Primary crdb-demo -Name second | Register-CrdrPair | Out-Null
            (Get-CrdrPair).Name | Should -Be @('crdb-demo', 'second')
            (Get-CrdrPair crdb-demo).Settings['testPair'] | Should -Be 'true'
        }

        It 'says what is wrong: <ErrorId>' -ForEach @(
            @{ ErrorId = 'ClusterNotFound'; Primary = 'nope'; Says = '*crdb-demo*' }
            @{ ErrorId = 'ClusterNotFound'; Primary = '00000000-0000-0000-0000-000000000001'; Says = '*crdb-demo*' }
            @{ ErrorId = 'SidesSwapped'; Primary = 'crdb-demo-dr'; Says = '*standby of crdb-demo*' }
            @{ ErrorId = 'PairInvalid'; Primary = 'crdb-demo'; Recovery = 'crdb-demo'; Says = '*same*' }
        ) {
            $more = if ($Recovery) { @{ Recovery = $Recovery } } else { @{} }
            $problem = Get-Thrown { Register-CrdrPair @call -Primary $Primary @more -ErrorAction Stop }
            $problem.FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
            $problem.Exception.Message | Should -BeLike $Says
            Get-CrdrPair | Should -BeNullOrEmpty
        }

        It 'refuses clusters that no stream can join: <ErrorId>' -ForEach @(
            @{ ErrorId = 'ClusterPlanUnsupported'; Change = @{ plan = 'STANDARD' } }
            @{ ErrorId = 'ClusterVersionTooOld'; Change = @{ cockroach_version = 'v24.1.3' } }
            @{ ErrorId = 'ClustersInTwoClouds'; Change = @{ cloud_provider = 'AWS' } }
        ) {
            $listed = Invoke-RestMethod "$($stage.Simulator.Endpoint)api/v1/clusters" -Headers @{ Authorization = 'Bearer demo'; 'Cc-Version' = '2024-09-16' }
            foreach ($key in $Change.Keys) { ($listed.clusters | Where-Object name -eq 'crdb-demo-dr').$key = $Change[$key] }
            Add-Fault $stage @{ action = 'Status'; status = 200; method = 'GET'; pathContains = '/clusters?'; body = (ConvertTo-Json $listed -Depth 9 -Compress) }
            (Get-Thrown { Register-CrdrPair @call -Primary crdb-demo -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
        }

        It 'tells a wrong key from one that has no rights' {
            $wrong = ConvertTo-SecureString 'not-the-token' -AsPlainText -Force
            (Get-Thrown { Register-CrdrPair @call -Primary crdb-demo -Token $wrong -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'AuthenticationFailed,*'
            $null = Invoke-Control $stage '/keys' Post @{ token = 'half'; clusters = @('crdb-demo') }
            $half = ConvertTo-SecureString 'half' -AsPlainText -Force
            $id = (Get-World $stage | Where-Object name -eq 'crdb-demo-dr').id
            (Get-Thrown { Register-CrdrPair @call -Primary crdb-demo -Recovery $id -Token $half -ErrorAction Stop }).FullyQualifiedErrorId |
                Should -BeLike 'ClusterPermissionDenied,*'
        }

        It 'with -WhatIf asks nothing and keeps nothing' {
            Register-CrdrPair @call -Primary crdb-demo -WhatIf
            Get-CrdrPair | Should -BeNullOrEmpty
            Get-Request $stage | Should -BeNullOrEmpty
        }
    }
}
