BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')

    function Set-Stored {
        # What a script route's file says.
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
        param($Stage, [string] $Name, [string] $Value)
        Set-Content (Join-Path $Stage.Home $Name) $Value -NoNewline
    }

    function Get-Stored {
        param($Stage, [string] $Name)
        Get-Content (Join-Path $Stage.Home $Name) -Raw
    }

    function New-BlockRoute {
        # A route of script blocks over a table: it says where clients land, and what the blocks were told, in order.
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
        param([hashtable] $Table, [hashtable] $Replace = @{})
        $Table.Target = 'Primary'
        $Table.Fenced = @()
        $Table.Told = [Collections.Generic.List[string]]::new()
        $route = @{
            Name    = 'proxy'
            Observe = { param($call) @{ Target = $Table.Target; Fenced = $Table.Fenced } }.GetNewClosure()
            Fence   = { param($call) $Table.Told.Add("$($call.Action) $($call.Side) $($call.Member)"); $Table.Fenced = @($call.Side) }.GetNewClosure()
            Unfence = { param($call) $Table.Told.Add("$($call.Action) $($call.Side) $($call.Member)"); $Table.Fenced = @() }.GetNewClosure()
            Switch  = {
                param($call)
                $Table.Told.Add("$($call.Action) $($call.Side) $($call.Member)")
                $Table.Target = $call.Side
                $Table.Fenced = @($Table.Fenced | Where-Object { $_ -ne $call.Side })
            }.GetNewClosure()
        }
        foreach ($key in $Replace.Keys) { $route[$key] = $Replace[$key] }
        $route
    }

    function New-Description {
        # A pair that lives in this session alone.
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
        param($Stage, $Route)
        @{
            Name = 'here'; Project = 'demo'; Primary = 'pg-demo'; Recovery = 'pg-demo-dr'; Endpoint = "$($Stage.Simulator.Endpoint)"
            Secret = 'env:CRDR_TEST_TOKEN'; QuietTime = 0; Rpo = 5; Routes = $Route
        }
    }
}

Describe 'Get-CrdrRoute' {
    BeforeAll {
        $stage = New-Stage -Bare
        $app = New-ScriptRoute $stage
        $web = $app.Clone()
        $web.Name = 'web'
        Register-CrdrPair demo pg-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 -Route $app, $web | Out-Null
        Register-CrdrPair demo pg-demo -Name other -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -Route $app | Out-Null
        Clear-Request $stage
    }
    AfterAll { Remove-Stage $stage }
    BeforeEach { Set-Stored $stage target primary; Set-Stored $stage fenced '' }

    It 'gives one object a route, of all pairs, and asks no vendor' {
        $env:CRDR_TEST_TOKEN = $null
        try { $routes = Get-CrdrRoute } finally { $env:CRDR_TEST_TOKEN = 'demo' }
        $routes | ForEach-Object { "$($_.Pair)/$($_.Name)" } | Sort-Object | Should -Be @('other/app', 'pg-demo/app', 'pg-demo/web')
        $routes[0] | Should -BeOfType [CrdrTools.CrdrRouteStatus]
        $routes[0].Target | Should -Be 'Primary'
        $routes[0].Verified | Should -BeTrue
        Get-Request $stage | Should -BeNullOrEmpty
    }

    It 'takes names with wildcards, and pairs from the pipeline' {
        (Get-CrdrRoute pg-demo -Name w*).Name | Should -Be 'web'
        ('other', 'pg-demo' | Get-CrdrRoute -Name app).Pair | Sort-Object | Should -Be @('other', 'pg-demo')
        (Get-CrdrPair other | Get-CrdrRoute).Name | Should -Be 'app'
        Get-CrdrRoute pg-demo -Name x* | Should -BeNullOrEmpty
    }

    It 'says when a pair has no route of that name' {
        $result = Invoke-Quietly { Get-CrdrRoute pg-demo -Name wep }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'RouteNotFound,*'
        $result.Errors[0].Exception.Message | Should -BeLike '*it has: app, web*'
    }

    It 'gives a route that cannot be seen as an object, not as an error' {
        $gone = @{ Name = 'gone'; Type = 'command'; Observe = '/nowhere/at/all'; Fence = 'x'; Unfence = 'x'; Switch = 'x' }
        $pair = @{ Name = 'blind'; Project = 'demo'; Primary = 'pg-demo'; Recovery = 'pg-demo-dr'; Secret = 'env:CRDR_TEST_TOKEN'; Routes = $gone }
        $result = Invoke-Quietly { Get-CrdrRoute $pair }
        $result.Errors | Should -BeNullOrEmpty
        $result.Output.Verified | Should -BeFalse
        $result.Output.Target | Should -BeNullOrEmpty
        $result.Output.Detail | Should -BeLike '*could not be started*'
    }

    It 'shows where clients are sent' {
        Set-Stored $stage fenced primary
        $shown = Get-CrdrRoute pg-demo -Name app | Format-Table | Out-String -Width 200
        $shown | Should -Match 'Pair: pg-demo\s+Name\s+Type\s+Target\s+Fenced\s+Verified\s+Detail'
        $shown | Should -Match 'app\s+Command\s+Primary\s+Primary\s+True'
        Get-CrdrStatus pg-demo | Format-List | Out-String -Width 200 | Should -BeLike '*app (Command): Primary, fenced: Primary*'
    }

    It 'completes the names of routes and members' {
        function Complete { param([string] $Line) ([Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null)).CompletionMatches.CompletionText }
        Complete 'Get-CrdrRoute pg-demo -Name ' | Should -Be @('app', 'web')
        Complete 'Get-CrdrRoute other -Name ' | Should -Be 'app'
        Complete 'Switch-CrdrRoute -Name W' | Should -Be 'web'
        Complete 'Switch-CrdrRoute pg-demo -To Recovery -AllowInactive ' | Should -Be @('pg-demo', 'pg-demo-dr')
    }
}

Describe 'Switch-CrdrRoute' {
    BeforeAll {
        $stage = New-Stage -Bare
        $app = New-ScriptRoute $stage
        $web = $app.Clone()
        $web.Name = 'web'
        Register-CrdrPair demo pg-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 -Route $app, $web | Out-Null
    }
    AfterAll { Remove-Stage $stage }
    BeforeEach { Set-Stored $stage target primary; Set-Stored $stage fenced ''; Clear-Request $stage }

    It 'refuses the side that takes no writes, and names the switch' {
        $result = Invoke-Quietly { Switch-CrdrRoute pg-demo -To Recovery -Force }
        $result.Output.Outcome | Should -Be 'Refused'
        $result.Errors[0].FullyQualifiedErrorId | Should -Be 'TargetTakesWrites,CrdrTools.PowerShell.Commands.SwitchCrdrRouteCommand'
        $result.Errors[0].Exception.Message | Should -BeLike '*-AllowInactive pg-demo-dr*'
        Get-Stored $stage target | Should -Be 'primary'
    }

    It 'does not take another name for it' {
        (Invoke-Quietly { Switch-CrdrRoute pg-demo -To Recovery -AllowInactive pg-demo -Force }).Output.Outcome | Should -Be 'Refused'
        (Invoke-Quietly { Switch-CrdrRoute pg-demo -To Recovery -AllowInactive true -Force }).Output.Outcome | Should -Be 'Refused'
        Get-Stored $stage target | Should -Be 'primary'
    }

    It 'sends clients to the side that is called by its name, moves no writes, and keeps that in the record' {
        $operation = Switch-CrdrRoute pg-demo -To Recovery -AllowInactive PG-demo-dr -Force -Reason 'reports only' -ChangeReference CHG-7
        $operation.Outcome | Should -Be 'Succeeded'
        $operation.Verb | Should -Be 'SwitchRoute'
        $operation.Overrides.Name | Select-Object -Unique | Should -Be 'TargetTakesWrites'
        $operation.Reason | Should -Be 'reports only'
        $operation.Chain | Should -Be 'intact'
        Get-Stored $stage target | Should -Be 'recovery'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        (Get-CrdrOperation pg-demo)[0].Id | Should -Be $operation.Id
    }

    It 'with -WhatIf shows the plan and changes nothing' {
        Set-Stored $stage target recovery
        $before = @(Get-CrdrOperation pg-demo).Count
        Switch-CrdrRoute pg-demo -To Primary -WhatIf | Should -BeNullOrEmpty
        Get-Stored $stage target | Should -Be 'recovery'
        @(Get-CrdrOperation pg-demo).Count | Should -Be $before
        $plan = Get-CrdrPlan pg-demo -Verb SwitchRoute -To Primary
        $plan.Steps.Id | Should -Be @('switch-app', 'switch-web')
        $plan | Out-String | Should -BeLike '*clients go to the Primary side*'
    }

    It 'makes one operation of the routes that come down the pipeline, and leaves the others alone' {
        Set-Stored $stage target recovery
        $one = Get-CrdrRoute pg-demo -Name web | Switch-CrdrRoute -To Primary -Force
        $one.Steps.Id | Should -Be 'switch-web'
        Set-Stored $stage target recovery
        $both = Get-CrdrRoute pg-demo | Where-Object Target -NE Primary | Switch-CrdrRoute -To Primary -Force
        @($both).Count | Should -Be 1
        $both.Steps.Id | Should -Be @('switch-app', 'switch-web')
        # The name of a pair is not the name of a route.
        Set-Stored $stage target recovery
        (Get-CrdrPair pg-demo | Switch-CrdrRoute -To Primary -Force).Steps.Id | Should -Be @('switch-app', 'switch-web')
    }

    It 'says when the pair has no such route' {
        (Invoke-Quietly { Switch-CrdrRoute pg-demo -To Primary -Name wep -Force }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'RouteNotFound,*'
    }

    It 'is what a status prints when clients do not reach the writer, and mends that' {
        Set-Stored $stage target recovery
        $status = Get-CrdrStatus pg-demo
        $status.Findings.Id | Should -Contain 'RouteOffWriter'
        $printed = $status.NextActions[0].Command
        $printed | Should -Be 'Switch-CrdrRoute pg-demo -To Primary'
        (& ([scriptblock]::Create("$printed -Force"))).Outcome | Should -Be 'Succeeded'
        $after = Get-CrdrStatus pg-demo
        $after.Findings.Id | Should -Not -Contain 'RouteOffWriter'
        $after.NextActions | Should -BeNullOrEmpty
    }
}

Describe 'The readiness of routes' {
    It 'blocks a planned move while a route cannot be asked' {
        $stage = New-Stage -Bare
        try {
            Register-CrdrPair demo pg-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 -Route (New-ScriptRoute $stage) | Out-Null
            (Get-CrdrReadiness pg-demo -Verb Switchover -To Recovery | Where-Object Name -EQ RoutesReady).Result | Should -Be 'Pass'
            Remove-Item (Join-Path $stage.Home 'route.sh')
            $check = Get-CrdrReadiness pg-demo -Verb Switchover -To Recovery | Where-Object Name -EQ RoutesReady
            $check.Result | Should -Be 'Block'
            $check.Why | Should -BeLike 'route app: app cannot be asked*'
            Test-CrdrReadiness pg-demo -Verb Switchover -To Recovery | Should -BeFalse
            $check = Get-CrdrReadiness pg-demo -Verb Failover | Where-Object Name -EQ RoutesReady
            $check.Result, $check.Override | Should -Be 'Block', '-AllowUnfenced'
            $status = Get-CrdrStatus pg-demo
            $status.Findings.Id | Should -Contain 'RouteNotSeen'
            $status | Format-List | Out-String -Width 200 | Should -BeLike '*app (Command): target not known, not verified*'
        }
        finally { Remove-Stage $stage }
    }
}

Describe 'A route of script blocks' {
    BeforeEach {
        $stage = New-Stage -Bare
        $table = @{}
    }
    AfterEach { Remove-Stage $stage }

    It 'is fenced before the writes move and switched after, and sees nothing but its call' {
        $table.Roles = [Collections.Generic.List[string]]::new()
        $route = New-BlockRoute $table
        $simulator = $stage
        foreach ($action in 'Fence', 'Switch') {
            $plain = $route[$action]
            $route[$action] = {
                param($call)
                $args.Count | Should -Be 0
                $call | Should -BeOfType [CrdrTools.CrdrRouteCall]
                $call.Pair | Should -Be 'here'
                $call.Route | Should -Be 'proxy'
                $table.Roles.Add("$($call.Action) after $(@(Get-Request $simulator -Changing).Count) change(s)")
                & $plain $call
            }.GetNewClosure()
        }
        # Closures are modules of their own, and see only what is global.
        Set-Item function:global:Get-Request ${function:Get-Request}
        Set-Item function:global:Invoke-Control ${function:Invoke-Control}
        $operation = Invoke-CrdrSwitchover (New-Description $stage $route) -To Recovery -Force
        $operation.Outcome | Should -Be 'Succeeded'
        $table.Told | Should -Be @('Fence Primary pg-demo', 'Switch Recovery pg-demo-dr', 'Unfence Primary pg-demo')
        $table.Roles | Should -Be @('Fence after 0 change(s)', 'Switch after 1 change(s)')
        $table.Target | Should -Be 'Recovery'
        $operation.Steps.Id | Should -Be @('fence-proxy', 'take-over-recovery', 'switch-proxy', 'unfence-proxy')
    }

    It 'that fails to <What> takes the move back: nothing has moved, and clients are on the old side' -ForEach @(
        @{ What = 'fence, by throwing'; Block = { throw 'the proxy does not answer' }; Says = '*the proxy does not answer*' }
        @{ What = 'fence, by an error it writes'; Block = { Write-Error 'not allowed here'; 'and goes on' }; Says = '*not allowed here*' }
        @{ What = 'fence, by a program that ends with 3'; Block = { sh -c 'echo no such host >&2; exit 3' }; Says = '*ended with 3*no such host*' }
        @{ What = 'fence, by leaving with 4'; Block = { exit 4 }; Says = '*ended with 4*' }
        @{ What = 'fence, by an error of .NET'; Block = { [int]::Parse('x') }; Says = '*Fence*failed*' }
    ) {
        $ErrorActionPreference = 'SilentlyContinue'
        $global:LASTEXITCODE = 77
        $result = Invoke-Quietly { Invoke-CrdrSwitchover (New-Description $stage (New-BlockRoute $table @{ Fence = $Block })) -To Recovery -Force }
        $result.Output.Outcome | Should -Be 'RolledBack'
        $result.Output.ErrorId | Should -Be 'RouteScriptFailed'
        $result.Output.Message | Should -BeLike $Says
        $table.Told | Should -Be 'Switch Primary pg-demo'
        $table.Target | Should -Be 'Primary'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        (Get-CrdrStatus (New-Description $stage (New-BlockRoute @{}))).Phase | Should -Be 'Protected'
        $global:LASTEXITCODE | Should -Be 77
    }

    It 'may write to its host and to standard error, and leave a program with 0' {
        $block = { param($call) Write-Verbose 'v'; sh -c 'echo working >&2; exit 0'; $table.Fenced = @($call.Side) }
        (Invoke-CrdrSwitchover (New-Description $stage (New-BlockRoute $table @{ Fence = $block })) -To Recovery -Force).Outcome | Should -Be 'Succeeded'
    }

    It 'is ended when it takes too long' {
        $route = New-BlockRoute $table @{ Fence = { Start-Sleep 100 }; Timeout = 0.3 }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $result = Invoke-Quietly { Invoke-CrdrSwitchover (New-Description $stage $route) -To Recovery -Force }
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
        $result.Output.Outcome | Should -Be 'RolledBack'
        $result.Output.ErrorId | Should -Be 'RouteScriptTimeout'
        $table.Told | Should -Be 'Switch Primary pg-demo'
    }

    It 'may say where clients land in <How>' -ForEach @(
        @{ How = 'lines'; Block = { 'target=recovery'; 'fenced=primary' }; Target = 'Recovery'; Fenced = 'Primary'; Verified = $true }
        @{ How = 'one text, in any case'; Block = { "Target = Recovery`nFenced=Primary,Recovery" }; Target = 'Recovery'; Fenced = 'Primary', 'Recovery'; Verified = $true }
        @{ How = 'an object'; Block = { [pscustomobject]@{ Target = [CrdrTools.Side]::Recovery; Fenced = [CrdrTools.Side]::Primary } }; Target = 'Recovery'; Fenced = 'Primary'; Verified = $true }
        @{ How = 'a table of texts'; Block = { @{ target = 'primary'; fenced = @() } }; Target = 'Primary'; Fenced = @(); Verified = $true }
        @{ How = 'a table with nothing'; Block = { @{ Target = $null; Fenced = $null } }; Target = $null; Fenced = @(); Verified = $true }
        @{ How = 'words of its own, and is not believed'; Block = { 'all is well' }; Target = $null; Fenced = @(); Verified = $false }
        @{ How = 'a word that is no side, and is not believed'; Block = { @{ Target = 'left' } }; Target = $null; Fenced = @(); Verified = $false }
        @{ How = 'nothing at all, and is not believed'; Block = { }; Target = $null; Fenced = @(); Verified = $false }
        @{ How = 'an error, and is not believed'; Block = { 'target=primary'; Write-Error 'but not sure' }; Target = $null; Fenced = @(); Verified = $false }
    ) {
        $seen = Get-CrdrRoute (New-Description $stage (New-BlockRoute $table @{ Observe = $Block }))
        $seen.Type | Should -Be 'InProcess'
        $seen.Target | Should -Be $Target
        @($seen.Fenced | ForEach-Object { "$_" }) | Should -Be $Fenced
        $seen.Verified | Should -Be $Verified
        if (-not $Verified) { $seen.Detail | Should -Not -BeNullOrEmpty }
    }

    It 'survives on the object that New-CrdrPair makes, and is the same route in each session of its own' {
        $pair = New-CrdrPair demo pg-demo -Recovery pg-demo-dr -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 -Route (New-BlockRoute $table)
        $pair.Routes[0].Type | Should -Be 'InProcess'
        ($pair | Get-CrdrRoute).Target | Should -Be 'Primary'
        ($pair | Invoke-CrdrSwitchover -To Recovery -Force).Outcome | Should -Be 'Succeeded'
        $table.Target | Should -Be 'Recovery'
    }

    It 'is told as switched on its own, too' {
        $pair = New-Description $stage (New-BlockRoute $table)
        $table.Target = 'Recovery'
        (Switch-CrdrRoute $pair -To Primary -Name proxy -Force).Outcome | Should -Be 'Succeeded'
        $table.Told | Should -Be 'Switch Primary pg-demo'
    }

    It 'cannot be registered, and nothing is written' {
        $result = Invoke-Quietly { New-Description $stage (New-BlockRoute $table) | Register-CrdrPair }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'RouteNotStorable,*'
        $result.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike '*hashtable*'
        (Invoke-Quietly { Register-CrdrPair demo pg-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -Route (New-BlockRoute @{}) }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'RouteNotStorable,*'
        $stage.PairFile | Should -Not -Exist
    }

    It 'needs all four, each a script block: <Missing>' -ForEach @(@{ Missing = 'Observe' }, @{ Missing = 'Fence' }, @{ Missing = 'Unfence' }, @{ Missing = 'Switch' }) {
        $route = New-BlockRoute $table
        $route.Remove($Missing)
        $thrown = (Invoke-Quietly { Get-CrdrRoute (New-Description $stage $route) }).Errors[0]
        $thrown.FullyQualifiedErrorId | Should -BeLike 'PairInvalid,*'
        $thrown.Exception.Message | Should -BeLike "*'proxy' needs $Missing as a script block, and has none*"
        $route[$Missing] = '/bin/true'
        (Invoke-Quietly { Get-CrdrRoute (New-Description $stage $route) }).Errors[0].Exception.Message | Should -BeLike "*needs $Missing as a script block, and has a String*"
    }

    It 'is of no other type' {
        (Invoke-Quietly { Get-CrdrRoute (New-Description $stage (New-BlockRoute $table @{ Type = 'HAProxy' })) }).Errors[0].Exception.Message | Should -BeLike '*has script blocks, and is said to be of the type HAProxy*'
        (Get-CrdrRoute (New-Description $stage (New-BlockRoute $table @{ Type = 'inprocess' }))).Type | Should -Be 'InProcess'
    }

    It 'is not waited for when the pipeline is stopped while it runs; what stands is told, and is <How> with the blocks' -ForEach @(
        @{ How = 'resumed' }, @{ How = 'taken up by the same verb' }, @{ How = 'taken back' }
    ) {
        $session = New-TestSession
        $script = {
            param($endpoint, $file)
            $table = @{ Target = 'Primary'; Fenced = @() }
            $route = @{
                Name    = 'proxy'
                Observe = { $table }
                Fence   = { param($call) $table.Fenced = @($call.Side); Set-Content $file fencing; Start-Sleep 100 }
                Unfence = { $table.Fenced = @() }
                Switch  = { param($call) $table.Target = $call.Side; $table.Fenced = @() }
            }
            Invoke-CrdrSwitchover @{
                Name = 'here'; Project = 'demo'; Primary = 'pg-demo'; Recovery = 'pg-demo-dr'; Endpoint = $endpoint; Secret = 'env:CRDR_TEST_TOKEN'; QuietTime = 0; Routes = $route
            } -To Recovery -Force
        }
        $file = Join-Path $stage.Home 'fencing'
        $null = $session.Shell.AddScript($script).AddArgument("$($stage.Simulator.Endpoint)").AddArgument($file)
        $running = $session.Shell.BeginInvoke()
        Wait-Until { Test-Path $file }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $session.Shell.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        $running.IsCompleted | Should -BeTrue
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        $left = Get-CrdrOperation -Open
        $left.Outcome | Should -Be 'Incomplete'
        $left.Message | Should -BeLike '*could not be taken back*runs no script in it any more*'
        $session.Host.UI.Lines -join "`n" | Should -BeLike "*$($left.Id)*"
        # Without the blocks nobody can take it up or back.
        $other = Invoke-Quietly { Resume-CrdrOperation $left.Id -Force }
        $other.Errors[0].FullyQualifiedErrorId | Should -BeLike 'RouteNotHere,*'
        $other.Errors[0].Exception.Message | Should -BeLike '*-Pair where an operation is taken up*'
        $again = New-Description $stage (New-BlockRoute $table)
        $table.Fenced = @('Primary')
        (Invoke-Quietly { Stop-CrdrOperation $left.Id -Rollback -Force -Pair @{ Name = 'x'; Project = 'demo'; Primary = 'a'; Recovery = 'b' } }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'OperationOfAnotherPair,*'
        if ($How -eq 'taken back') {
            (Stop-CrdrOperation $left.Id -Rollback -Force -Pair $again).Outcome | Should -Be 'RolledBack'
            $table.Target | Should -Be 'Primary'
            $table.Fenced | Should -BeNullOrEmpty
            return
        }
        $done = if ($How -eq 'resumed') { Resume-CrdrOperation $left.Id -Force -Pair $again } else { Invoke-CrdrSwitchover $again -To Recovery -Force }
        $done.Outcome | Should -Be 'Succeeded'
        $done.Id | Should -Be $left.Id
        $table.Target | Should -Be 'Recovery'
    }
}

Describe 'The description of a route' {
    BeforeAll {
        $base = @{ Name = 'here'; Project = 'demo'; Primary = 'pg-demo'; Recovery = 'pg-demo-dr'; Secret = 'env:CRDR_TEST_TOKEN' }
        function Get-Described { param([hashtable] $Route) (New-CrdrPair demo pg-demo -Recovery pg-demo-dr -Route $Route -ErrorAction Stop).Routes[0] }
        . (Join-Path $PSScriptRoot 'Common.ps1')
        $env:CRDR_PAIRS = Join-Path $TestDrive 'none.json'
    }
    AfterAll { $env:CRDR_PAIRS = $null }

    It 'takes the settings of its type flat or nested, in any case, and a list as it is' {
        $flat = Get-Described @{ Name = 'app'; Type = 'haproxy'; SOCKETS = '/run/a.sock', '/run/b.sock'; Backend = 'crdb'; primaryserver = 'a'; RecoveryServer = 'b'; Cut = $false }
        $nested = Get-Described @{ Name = 'app'; Type = 'HAProxy'; Settings = @{ Sockets = '/run/a.sock,/run/b.sock'; BACKEND = 'crdb'; PrimaryServer = 'a'; recoveryServer = 'b'; cut = 'false' } }
        foreach ($route in $flat, $nested) {
            $route.Type | Should -BeExactly 'HAProxy'
            $route.Settings['sockets'] | Should -Be '/run/a.sock,/run/b.sock'
            $route.Settings['primaryServer'] | Should -Be 'a'
            $route.Settings['cut'] | Should -Be 'false'
            $route.Settings.Keys | Sort-Object -CaseSensitive | Should -BeExactly @('backend', 'cut', 'primaryServer', 'recoveryServer', 'sockets')
        }
    }

    It 'keeps a DNS route''s own name and record type in its settings' {
        $route = Get-Described @{
            Name = 'names'; Type = 'dns'; Server = '192.0.2.53'; Zone = 'example.org'; PrimaryValue = '192.0.2.1'; RecoveryValue = '192.0.2.2'; Ttl = 5; KeyName = 'crdr.'; Key = 'env:CRDR_DNS_KEY'
            Settings = @{ Name = 'db.example.org'; Type = 'A' }
        }
        $route.Name | Should -Be 'names'
        $route.Settings['name'] | Should -Be 'db.example.org'
        $route.Settings['ttl'] | Should -Be '5'
    }

    It 'says what was meant by a misspelt <Key>' -ForEach @(
        @{ Key = 'socket'; Route = @{ Name = 'a'; Type = 'HAProxy'; socket = 'x' }; Meant = 'Sockets' }
        @{ Key = 'primaryHots'; Route = @{ Name = 'a'; Type = 'PgBouncer'; Settings = @{ primaryHots = 'x' } }; Meant = 'primaryHost' }
        @{ Key = 'zonne'; Route = @{ Name = 'a'; Type = 'Dns'; zonne = 'x' }; Meant = 'Zone' }
        @{ Key = 'Obsrve'; Route = @{ Name = 'a'; Type = 'Command'; Obsrve = 'x' }; Meant = 'Observe' }
        @{ Key = 'Swich'; Route = @{ Name = 'a'; Observe = { }; Fence = { }; Unfence = { }; Swich = { } }; Meant = 'Switch' }
    ) {
        $thrown = Get-Thrown { Get-Described $Route }
        $thrown.FullyQualifiedErrorId | Should -BeLike 'PairKeyUnknown,*'
        $thrown.Exception.Message | Should -BeLike "*'$Key' is no key of*'$Meant' was meant?*"
    }

    It 'says which types there are' {
        (Get-Thrown { Get-Described @{ Name = 'a'; Type = 'HAPrxy'; sockets = 'x' } }).Exception.Message | Should -BeLike "*unknown type 'HAPrxy'; known: Command,*HAProxy*"
        (Get-Thrown { Get-Described @{ Name = 'a'; sockets = 'x' } }).Exception.Message | Should -BeLike "*'a' has no Type; known:*"
    }
}
