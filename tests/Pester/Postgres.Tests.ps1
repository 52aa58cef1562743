BeforeDiscovery {
    $root = Split-Path (Split-Path $PSScriptRoot)
    $crdr = 'Debug', 'Release' | ForEach-Object { Join-Path $root "src/CrdrTools.Cli/bin/$_/net10.0/crdr.dll" } | Where-Object { Test-Path $_ } | Select-Object -First 1
    $servers = @(Get-Item /usr/lib/postgresql/*/bin/initdb -ErrorAction Ignore) + @(Get-Command initdb -ErrorAction Ignore)
    $missing = if ($PSVersionTable.PSVersion -lt '7.4') { 'PostgreSql pairs need PowerShell 7.4' }
    elseif (-not $IsLinux) { 'a lab is made on Linux only' }
    elseif ($servers.Count -eq 0) { 'PostgreSQL is not installed' }
    elseif (-not $crdr) { 'crdr is not built' }
    if ($missing) { Write-Warning "Skipped: $missing." }
}

BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'A pair of PostgreSQL servers' -Skip:([bool] $missing) -ForEach @(@{ Crdr = $crdr }) {
    BeforeAll {
        $home_ = Join-Path ([IO.Path]::GetTempPath()) "crdr-$([guid]::NewGuid().ToString('N').Substring(0, 12))"
        $lab = Join-Path ([IO.Path]::GetTempPath()) "crdr-$([guid]::NewGuid().ToString('N').Substring(0, 12))"
        $null = New-Item -ItemType Directory $home_
        $env:CRDR_STATE = Join-Path $home_ 'state'
        $env:CRDR_PAIRS = Join-Path $home_ 'pairs.json'
        $made = & dotnet $Crdr lab up --folder $lab --json 2>$null | Out-String | ConvertFrom-Json
        $setting = @{ TestPair = $true; BinDirectory = $made.binDirectory; replicationUser = 'replicator' }
        foreach ($side in @{ primary = 'a'; recovery = 'b' }.GetEnumerator()) {
            $node = $made.nodes | Where-Object name -EQ $side.Value
            $setting["$($side.Key)Connection"] = "Host=127.0.0.1;Port=$($node.port);Username=crdr;Database=postgres"
            $setting["$($side.Key)Node"] = 'local'
            $setting["$($side.Key)Data"] = $node.data
        }
        function Stop-Primary {
            [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
            param()
            Stop-Process -Force -Id ([int] (Get-Content (Join-Path $setting.primaryData 'postmaster.pid') -TotalCount 1))
            foreach ($i in 1..100) {
                if ((Get-CrdrStatus lab).Phase -eq 'NoWriter') { return }
                Start-Sleep -Milliseconds 50
            }
        }
    }

    AfterAll {
        & dotnet $Crdr lab down --folder $lab | Out-Null
        Remove-Item -Recurse -Force $home_ -ErrorAction Ignore
        $env:CRDR_STATE = $null
        $env:CRDR_PAIRS = $null
    }

    It 'is registered with its members pinned' {
        $pair = Register-CrdrPair -Provider postgresql -Primary a -Recovery b -Name lab -Setting $setting -QuietTime 0 -Rpo 60
        $pair.Provider | Should -Be 'PostgreSql'
        $pair.Primary.Identity | Should -BeLike '*@127.0.0.1:*:*/a/data'
        $pair.Recovery.Identity | Should -BeLike '*@127.0.0.1:*:*/b/data'
    }

    It 'is described by a hashtable with flat keys in any case, its commands as a hashtable of lists' {
        $table = @{ Name = 'flat'; Provider = 'PostgreSql'; Primary = 'a'; Recovery = 'b'; RecoveryNode = 'command'; RECOVERYCOMMANDS = @{ Status = 'ssh', 'b', 'status of "it"'; start = 'true' } }
        foreach ($key in 'primaryConnection', 'recoveryConnection', 'primaryNode', 'primaryData') { $table[$key.ToUpperInvariant()] = $setting[$key] }
        $commands = (Register-CrdrPair -InputObject $table).Settings['recoveryCommands'] | ConvertFrom-Json
        $commands.status | Should -Be @('ssh', 'b', 'status of "it"')
        @($commands.start) | Should -Be @('true')
        Unregister-CrdrPair flat -Confirm:$false
    }

    It 'refuses a description that lacks something: <Lacks>' -ForEach @(
        @{ Lacks = 'primaryConnection'; Id = 'PairInvalid' }
        @{ Lacks = 'primaryData'; Id = 'PairInvalid' }
    ) {
        $less = $setting.Clone()
        $less.Remove($Lacks)
        { Register-CrdrPair -Provider PostgreSql -Primary a -Recovery b -Name less -Setting $less -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*" -ExpectedMessage "*$Lacks*"
    }

    It 'is protected, by its own words' {
        $status = Get-CrdrStatus lab
        $status.Phase, $status.ActiveMember, $status.Recovery.Role | Should -Be @('Protected', 'Primary', 'Passive')
        $status.Replication.State | Should -Be 'streaming'
        $status.Findings.Id | Should -Not -Contain 'RewindImpossible'
    }

    It 'keeps the description of its read-only name, tells that nothing answers where it is kept, and watches nothing that is off' {
        $name = @{
            Server = '127.0.0.1:9'; Zone = 'db.example'; Name = 'read.db.example'; Type = 'A'; KeyName = 'crdr'; Key = 'env:CRDR_TEST_DNS_KEY'; TimeoutSeconds = 1
            PrimaryValue = '192.0.2.1'; RecoveryValue = '192.0.2.2'; Standbys = 'b'
        }
        $env:CRDR_TEST_DNS_KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='
        $null = Register-CrdrPair -Provider PostgreSql -Primary a -Recovery b -Name lab -Setting $setting -QuietTime 0 -Rpo 60 -ReplicaDns $name -Force
        (Get-CrdrPair lab).ReplicaDns.Standbys[0].Name | Should -Be 'b'
        $seen = Get-CrdrReplicaDns lab
        $seen.Enabled, $seen.Standbys[0].Healthy | Should -Be @($false, $true)
        $seen.Answer | Should -BeNullOrEmpty
        $seen.Findings.Id | Should -Contain 'DnsUnreachable'
        { Enable-CrdrReplicaDns lab -ErrorAction Stop } | Should -Throw -ErrorId 'DnsUnreachable,*'
        (Watch-CrdrReplicaDns lab).Kind | Should -Be 'Ended'
        $null = Register-CrdrPair -Provider PostgreSql -Primary a -Recovery b -Name lab -Setting $setting -QuietTime 0 -Rpo 60 -Force
        { Get-CrdrReplicaDns lab -ErrorAction Stop } | Should -Throw -ErrorId 'ReplicaDnsNotDescribed,*'
        $env:CRDR_TEST_DNS_KEY = $null
    }

    It 'switches over and back with nothing lost, and says that it is a test pair' {
        $there = Invoke-CrdrSwitchover lab -To Recovery -Force
        $there.Outcome, $there.PhaseAfter, $there.Loss.Kind | Should -Be @('Succeeded', 'ReadyToFailBack', 'Measured')
        $there.Simulated | Should -BeFalse
        $there.TestPair | Should -BeTrue
        (Invoke-CrdrSwitchover lab -To Primary -Force).PhaseAfter | Should -Be 'Protected'
    }

    It 'fails over after a kill; what was refused first names its switch' {
        { Invoke-CrdrFailover lab -Force -ErrorAction Stop } | Should -Throw -ErrorId 'OutageEvident,*'
        Stop-Primary
        $operation = Invoke-CrdrFailover lab -Force
        $operation.Outcome, $operation.PhaseAfter, $operation.Loss.Kind | Should -Be @('Succeeded', 'FailedOver', 'Bounded')
    }

    It 'restores only when the old writes may go, and takes over' {
        $refused = $null
        try { Restore-CrdrPrimary lab -Force -ErrorAction Stop } catch { $refused = $_ }
        $refused.FullyQualifiedErrorId | Should -BeLike 'NoWritesAfterCutover,*'
        $refused.TargetObject.NextActions.Command | Should -Contain 'Restore-CrdrPrimary lab -DiscardWritesOn Primary'
        (Restore-CrdrPrimary lab -DiscardWritesOn Primary -Force).PhaseAfter | Should -Be 'ReadyToFailBack'
        (Restore-CrdrPrimary lab -TakeOver -Force).PhaseAfter | Should -Be 'Protected'
    }

    It 'has its own words on the card and in the plan by hand' {
        $card = (Export-CrdrCard lab | Out-String)
        $card | Should -Not -BeLike '*vendor*'
        (Get-CrdrPlan lab -Verb Switchover -To Recovery -Manual | Out-String) | Should -BeLike '*pg_promote()*'
    }
}
