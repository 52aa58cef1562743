BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'Describing and registering pairs' {
    BeforeEach { $stage = New-Stage -Bare }
    AfterEach { Remove-Stage $stage }

    Context 'New-CrdrPair' {
        It 'describes a pair in memory: no file, no request' {
            $pair = New-CrdrPair -Project demo -Primary pg-demo -Recovery pg-demo-dr -Endpoint $stage.Simulator.Endpoint -Rto 60 -Rpo '5s' -QuietTime 2m -UnknownLag Accept -Contact 'On call +1 555 0100'
            $pair | Should -BeOfType CrdrTools.CrdrPair
            $pair.Name | Should -Be 'pg-demo'
            $pair.Objectives.Rto | Should -Be ([timespan]::FromSeconds(60))
            $pair.Objectives.Rpo | Should -Be ([timespan]::FromSeconds(5))
            $pair.QuietTime | Should -Be ([timespan]::FromMinutes(2))
            $pair.UnknownLag | Should -Be 'Accept'
            $stage.PairFile | Should -Not -Exist
            Get-Request $stage | Should -BeNullOrEmpty
        }

        It 'takes a number as seconds, where PowerShell by itself would make ticks of it' {
            (New-CrdrPair -Project demo -Primary a -Rto 90).Objectives.Rto.TotalSeconds | Should -Be 90
            (New-CrdrPair -Project demo -Primary a -Rto '00:01:30').Objectives.Rto.TotalSeconds | Should -Be 90
            (New-CrdrPair -Project demo -Primary a -Rto ([timespan]'00:01:30')).Objectives.Rto.TotalSeconds | Should -Be 90
            { New-CrdrPair -Project demo -Primary a -Rto soon } | Should -Throw '*no length of time*'
        }

        It 'refuses a secret that is not a reference' {
            $problem = Get-Thrown { New-CrdrPair -Project demo -Primary a -Secret hunter2 -ErrorAction Stop }
            $problem.FullyQualifiedErrorId | Should -BeLike 'PairInvalid,*'
        }

        It 'takes routes as hashtables, and names a key that is none' {
            $pair = New-CrdrPair -Project demo -Primary a -Route @{ Name = 'dns'; Type = 'VendorManaged'; Host = 'db.example.org' }
            $pair.Routes[0].Host | Should -Be 'db.example.org'
            $needs = @{ sockets = '/run/one.sock', '/run/two.sock'; backend = 'app'; primaryServer = 'a'; recoveryServer = 'b'; cut = $false }
            $proxy = (New-CrdrPair -Project demo -Primary a -Route @{ Name = 'proxy'; Type = 'HAProxy'; Settings = $needs }).Routes[0]
            $proxy.Settings['sockets'] | Should -Be '/run/one.sock,/run/two.sock'
            $proxy.Settings['cut'] | Should -Be 'false'
            $problem = Get-Thrown { New-CrdrPair -Project demo -Primary a -Route @{ Name = 'dns'; Type = 'VendorManaged'; Hots = 'db.example.org' } -ErrorAction Stop }
            $problem.FullyQualifiedErrorId | Should -BeLike 'PairKeyUnknown,*'
            $problem.Exception.Message | Should -BeLike "*'Hots'*'Host'*"
        }
    }

    Context 'Register-CrdrPair' {
        It 'finds the recovery service, pins who both are, and keeps the pair' {
            $pair = Register-CrdrPair -Project demo -Primary pg-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN
            $pair.Recovery.Name | Should -Be 'pg-demo-dr'
            $pair.Primary.Identity | Should -BeLike 'created *'
            $pair.Recovery.Identity | Should -BeLike 'created *'
            (Get-Content -Raw $stage.PairFile | ConvertFrom-Json).pairs.name | Should -Be 'pg-demo'
            Get-Content -Raw $stage.PairFile | Should -Not -Match '"demo"\s*:\s*"token"'
        }

        It 'takes an object from the pipeline' {
            New-CrdrPair -Project demo -Primary pg-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN | Register-CrdrPair | Out-Null
            (Get-CrdrPair).Name | Should -Be 'pg-demo'
        }

        It 'takes rows of a table' {
            "Name,Project,Primary,Endpoint,Secret,Rpo`nrow,demo,pg-demo,$($stage.Simulator.Endpoint),env:CRDR_TEST_TOKEN,30s" | ConvertFrom-Csv | Register-CrdrPair | Out-Null
            (Get-CrdrPair row).Objectives.Rpo.TotalSeconds | Should -Be 30
        }

        It 'takes what it needs from the simulator object by property name' {
            ($stage.Simulator | Register-CrdrPair -Primary pg-demo -Secret env:CRDR_TEST_TOKEN).Recovery.Name | Should -Be 'pg-demo-dr'
        }

        It 'replaces a pair only with -Force' {
            $call = @{ Project = 'demo'; Primary = 'pg-demo'; Endpoint = $stage.Simulator.Endpoint; Secret = 'env:CRDR_TEST_TOKEN' }
            Register-CrdrPair @call | Out-Null
            (Get-Thrown { Register-CrdrPair @call -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'PairExists,*'
            Register-CrdrPair @call -Rpo 7 -Force | Out-Null
            (Get-CrdrPair pg-demo).Objectives.Rpo.TotalSeconds | Should -Be 7
        }

        It 'with -WhatIf asks nothing and keeps nothing' {
            Register-CrdrPair -Project demo -Primary pg-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -WhatIf
            $stage.PairFile | Should -Not -Exist
            Get-Request $stage | Should -BeNullOrEmpty
        }

        It 'says that a service without disaster recovery has no recovery side' {
            $problem = Get-Thrown { Register-CrdrPair -Project demo -Primary pg-single -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -ErrorAction Stop }
            $problem.FullyQualifiedErrorId | Should -BeLike 'NoRecoveryService,*'
            $problem.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        }

        It 'says that there is no such service' {
            (Get-Thrown { Register-CrdrPair -Project demo -Primary nope -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -ErrorAction Stop }).FullyQualifiedErrorId |
                Should -BeLike 'ServiceNotFound,*'
        }

        It 'says that the sides are swapped' {
            (Get-Thrown { Register-CrdrPair -Project demo -Primary pg-demo-dr -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -ErrorAction Stop }).FullyQualifiedErrorId |
                Should -BeLike 'SidesSwapped,*'
        }

        It 'refuses to send a token over plain http anywhere but to loopback' {
            (Get-Thrown { Register-CrdrPair -Project demo -Primary pg-demo -Endpoint http://192.0.2.1/ -Secret env:CRDR_TEST_TOKEN -ErrorAction Stop }).FullyQualifiedErrorId |
                Should -BeLike 'EndpointNotSecure,*'
        }
    }

    Context 'Get-CrdrPair and Unregister-CrdrPair' {
        BeforeEach {
            Register-CrdrPair -Project demo -Primary pg-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN | Out-Null
            Register-CrdrPair -Project demo -Primary pg-demo -Name other -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN | Out-Null
        }

        It 'lists by name, by pattern, and through the pipeline' {
            (Get-CrdrPair).Name | Should -Be @('pg-demo', 'other')
            (Get-CrdrPair PG-*).Name | Should -Be 'pg-demo'
            ('other', 'pg-demo' | Get-CrdrPair).Name | Should -Be @('other', 'pg-demo')
            Get-CrdrPair nothing* | Should -BeNullOrEmpty
        }

        It 'says that there is no such pair' {
            $problem = Get-Thrown { Get-CrdrPair nope -ErrorAction Stop }
            $problem.FullyQualifiedErrorId | Should -BeLike 'PairNotFound,*'
            $problem.TargetObject | Should -Be 'nope'
        }

        It 'takes pairs out of the file' {
            Get-CrdrPair other | Unregister-CrdrPair -Confirm:$false
            (Get-CrdrPair).Name | Should -Be 'pg-demo'
            Unregister-CrdrPair pg-demo -WhatIf
            (Get-CrdrPair).Name | Should -Be 'pg-demo'
        }

        It 'works on another file with -PairFile' {
            $file = Join-Path $stage.Home 'second.json'
            Register-CrdrPair -Project demo -Primary pg-demo -Name third -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -PairFile $file | Out-Null
            (Get-CrdrPair -PairFile $file).Name | Should -Be 'third'
            (Get-CrdrStatus third -PairFile $file).Phase | Should -Be 'Protected'
        }
    }

    Context 'A pair file written by hand' {
        It 'may leave out whatever has a default, and gets it' {
            Set-Content $stage.PairFile ('{ "pairs": [ { "name": "short", "provider": "Aiven", "primary": { "name": "pg-demo" }, "recovery": { "name": "pg-demo-dr" },' +
                ' "settings": { "project": "demo", "endpoint": "' + $stage.Simulator.Endpoint + '" }, "secret": "env:CRDR_TEST_TOKEN",' +
                ' "routes": [ { "name": "dns", "type": "VendorManaged", "host": "localhost" } ] } ] }')
            $pair = Get-CrdrPair short
            $pair.QuietTime | Should -Be ([timespan]::FromMinutes(5))
            $pair.Routes[0].Timeout | Should -Be ([timespan]::FromSeconds(30))
            $pair.Objectives | Should -Not -BeNullOrEmpty
            (Get-CrdrStatus short).Phase | Should -Be 'Protected'
        }
    }

    Context 'A typo in the pair file' {
        It 'is named with line and field' {
            Set-Content $stage.PairFile "{`n  `"pairs`": [`n    {`n      `"name`": `"a`",`n      `"provder`": `"Aiven`",`n      `"primary`": { `"name`": `"a`" },`n      `"recovery`": { `"name`": `"b`" }`n    }`n  ]`n}"
            $problem = Get-Thrown { Get-CrdrPair }
            $problem.FullyQualifiedErrorId | Should -BeLike 'PairFileInvalid,*'
            $problem.Exception.Message | Should -BeLike '*line 5*'
            $problem.Exception.Message | Should -BeLike '*provder*'
        }

        It 'is told by the verbs too, and nothing is sent' {
            Set-Content $stage.PairFile '{ "pairs": [ { "name": 1 } ] }'
            $result = Invoke-Quietly { Invoke-CrdrFailover a -Force }
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PairFileInvalid,*'
            $result.Thrown.FullyQualifiedErrorId | Should -BeLike 'OperationsFailed,*'
            Get-Request $stage | Should -BeNullOrEmpty
        }
    }
}

Describe 'Pairs given as hashtables and objects' {
    BeforeAll { $stage = New-Stage -Bare }
    AfterAll { Remove-Stage $stage }
    BeforeEach {
        $pair = @{ Name = 'inline'; Project = 'demo'; Primary = 'pg-demo'; Recovery = 'pg-demo-dr'; Endpoint = "$($stage.Simulator.Endpoint)"; Secret = 'env:CRDR_TEST_TOKEN' }
    }

    It 'takes flat settings' { (Get-CrdrStatus $pair).Phase | Should -Be 'Protected' }

    It 'takes nested settings, members and objectives' {
        $nested = @{
            Name = 'inline'; Primary = @{ Name = 'pg-demo'; Region = 'google-europe-west1' }; Recovery = @{ Name = 'pg-demo-dr' }; Objectives = @{ Rto = '1m'; Rpo = 5 }
            Settings = @{ project = 'demo'; endpoint = "$($stage.Simulator.Endpoint)" }; Secret = 'env:CRDR_TEST_TOKEN'; UnknownLag = 'accept'; QuietTime = 0
        }
        (Get-CrdrStatus $nested).Phase | Should -Be 'Protected'
        (Get-CrdrReadiness $nested | Where-Object Name -eq LossBound).Result | Should -Be 'Warn'
    }

    It 'finds the recovery side itself when it is left out' {
        $pair.Remove('Recovery')
        (Get-CrdrStatus $pair).Recovery.Name | Should -Be 'pg-demo-dr'
    }

    It 'takes the object that ConvertFrom-Json makes' {
        (ConvertTo-Json $pair | ConvertFrom-Json | Get-CrdrStatus).Phase | Should -Be 'Protected'
    }

    It 'names a key that is none, and the one that was meant: <Wrong>' -ForEach @(
        @{ Wrong = 'Primry'; Meant = 'Primary' }
        @{ Wrong = 'Projekt'; Meant = 'Project' }
        @{ Wrong = 'UnknowLag'; Meant = 'UnknownLag' }
    ) {
        $pair[$Wrong] = 'x'
        $problem = Get-Thrown { Get-CrdrStatus $pair -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -BeLike 'PairKeyUnknown,*'
        $problem.Exception.Message | Should -BeLike "*'$Wrong'*'$Meant'*"
    }

    It 'names a setting that is none' {
        $pair.Settings = @{ projct = 'demo' }
        (Get-Thrown { Get-CrdrStatus $pair -ErrorAction Stop }).Exception.Message | Should -BeLike "*'projct'*'project'*"
    }

    It 'refuses what is no pair at all' {
        (Get-Thrown { Get-CrdrStatus (Get-Item $PSScriptRoot) -ErrorAction Stop }).Exception.Message | Should -BeLike '*is no pair*'
    }

    It 'runs a verb on a hashtable: nothing needs to be registered' {
        $pair.UnknownLag = 'Accept'
        $pair.QuietTime = 0
        (Invoke-CrdrSwitchover $pair -To Recovery -Force).Outcome | Should -Be 'Succeeded'
        (Invoke-CrdrSwitchover $pair -To Primary -Force).Outcome | Should -Be 'Succeeded'
        $stage.PairFile | Should -Not -Exist
    }
}
