BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $WarningPreference = 'SilentlyContinue'

    function Get-Last {
        # The record of the run among what a playbook gave.
        param($Said)
        $Said | Where-Object { $_ -is [CrdrTools.CrdrPlaybookRun] } | Select-Object -Last 1
    }

    function Invoke-Shipped {
        # Runs a playbook, and gives its record besides all that it gave and what it ended with.
        param([string] $Name, [hashtable] $Argument = @{}, [string] $Pair = 'pg-demo')
        $result = Invoke-Quietly { Invoke-CrdrPlaybook $Name $Pair -Argument $Argument -Force }
        $result | Add-Member Run (Get-Last $result.Output) -PassThru
    }

    function Invoke-Printed {
        # Runs the command that a stop prints, as a person would paste it.
        param($Stop)
        Get-Last (& ([scriptblock]::Create("$($Stop.GoOn) -Force")))
    }

    function New-Script {
        # A playbook of one's own, with a header that is whole unless told.
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
        param([string] $Name, [string] $Body, [string] $Providers = 'Aiven', [string] $Owner = 'us', [string] $Reviewed = (Get-Date).ToString('yyyy-MM-dd'), [string] $Rto = '60s')
        $folder = Join-Path $stage.Home 'own'
        $null = New-Item -ItemType Directory -Force $folder
        $file = Join-Path $folder "$Name.ps1"
        Set-Content $file @(
            '<#', '.SYNOPSIS', '    Ours.', '.NOTES', "    Playbook: $Name", "    Owner: $Owner", "    Providers: $Providers", "    Last reviewed: $Reviewed", '    Review every: 3 months', "    RTO: $Rto", '    RPO: none', '#>'
            '[CmdletBinding(SupportsShouldProcess)]', 'param($Pair, $Reason)', $Body)
        $file
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
        $run.Simulated | Should -BeTrue
        $kept = Get-Content (Join-Path $stage.State "playbooks/runs/pg-demo/$($run.Id).json") | ConvertFrom-Json
        $kept.outcome | Should -Be 'Succeeded'
        $kept.operations | Should -Be $operation.Id
        (Get-CrdrPlaybook planned-switchover).LastRun.Id | Should -Be $run.Id
        $said[-2].Command | Should -Be 'Invoke-CrdrPlaybook post-recovery-tasks pg-demo'
    }

    It 'with -WhatIf shows what each of its cmdlets would do, changes nothing, and leaves no record' {
        $null = Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = 'Recovery' } -WhatIf
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        Join-Path $stage.State 'playbooks' | Should -Not -Exist
    }

    It 'asks nobody who is not there: without -Force nothing is changed, with -Confirm:$false it goes on' {
        $result = Invoke-Quietly { Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = 'Recovery' } }
        (Get-Last $result.Output).ErrorId | Should -Be 'NonInteractive'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        (Get-Last (Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = 'Recovery' } -Confirm:$false)).Outcome | Should -Be 'Succeeded'
    }

    It 'puts the questions of its cmdlets to whoever is at the prompt, and a no ends it' {
        $session = New-TestSession -OnPrompt { 2 }
        $null = $session.Shell.AddScript("try { Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = 'Recovery' } } catch { `$_ }").Invoke()
        $session.Host.UI.Prompts | Should -HaveCount 1
        $session.Host.UI.Prompts[0] | Should -BeLike '*PUT role=active on pg-demo-dr*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'is told of an argument that it has not, and of the ones that it has' {
        $result = Invoke-Quietly { Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ Too = 'Recovery' } -Force }
        $result.Thrown.FullyQualifiedErrorId | Should -BeLike 'ArgumentUnknown,*'
        $result.Thrown.Exception.Message | Should -BeLike '*To, Reason, ChangeReference*'
    }

    It 'works on a pair that only this call describes, with its token and its state folder' {
        $pair = @{ Project = 'demo'; Primary = 'pg-demo'; Endpoint = "$($stage.Simulator.Endpoint)"; QuietTime = 0 }
        $elsewhere = Join-Path $stage.Home 'elsewhere'
        (Get-Last (Invoke-CrdrPlaybook planned-switchover $pair -Argument @{ To = 'Recovery' } -Token $stage.Simulator.Token -StatePath $elsewhere -Force)).Outcome | Should -Be 'Succeeded'
        Join-Path $elsewhere 'journals/pg-demo' | Should -Exist
        Join-Path $elsewhere 'playbooks/runs/pg-demo' | Should -Exist
        Join-Path $stage.State 'journals' | Should -Not -Exist
    }

    It 'stops at the first error even where it does not say so itself, and pairs after it go on' {
        $file = New-Script careless 'Get-CrdrStatus $Pair; Invoke-CrdrSwitchover $Pair -To Recovery -Force; "went on"'
        $null = Register-CrdrPair -Project demo -Primary pg-demo -Name other -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0
        Add-Fault $stage @{ kind = 'ServiceUpdate'; action = 'Status'; status = 403; times = 1 }
        $result = Invoke-Quietly { Invoke-CrdrPlaybook $file pg-demo, none, other }
        $runs = $result.Output | Where-Object { $_ -is [CrdrTools.CrdrPlaybookRun] }
        $runs.Outcome | Should -Be @('Failed', 'Succeeded')
        $result.Output | Where-Object { $_ -eq 'went on' } | Should -HaveCount 1
        $result.Errors.FullyQualifiedErrorId | Should -Contain 'PairNotFound,CrdrTools.PowerShell.Commands.InvokeCrdrPlaybookCommand'
        $result.Thrown.Exception.Message | Should -Be '2 of 3 did not succeed: careless on pg-demo (Failed), none (not found).'
    }

    It 'runs from a state folder whose records cannot be read, and says that it keeps none' {
        $null = New-Item -ItemType Directory (Join-Path $stage.State 'playbooks/reviews') -Force
        Set-Content (Join-Path $stage.State 'playbooks/reviews/planned-switchover.jsonl') '{ torn'
        Set-Content (Join-Path $stage.State 'playbooks/runs') 'in the way'
        $result = Invoke-Quietly { Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = 'Recovery' } -Force -WarningVariable warned; $warned }
        (Get-Last $result.Output).Outcome | Should -Be 'Succeeded'
        "$($result.Output)" | Should -BeLike '*This run is not on record*'
    }

    It 'is interrupted where nobody wants the rest of it' {
        $file = New-Script early 'Get-CrdrStatus $Pair; Invoke-CrdrSwitchover $Pair -To Recovery -Force'
        (Invoke-CrdrPlaybook $file pg-demo | Select-Object -First 1).Phase | Should -Be 'Protected'
        (Get-CrdrPlaybook $file).LastRun.Outcome | Should -Be 'Interrupted'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }

    It 'is written down as interrupted when somebody stops it' {
        Set-Setting $stage @{ takeoverSeconds = 100000 }
        $session = New-TestSession
        $running = $session.Shell.AddScript("Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = 'Recovery' } -Force").BeginInvoke()
        Wait-Until { @(Get-Request $stage -Changing).Count -eq 1 }
        $session.Shell.Stop()
        $running.IsCompleted | Should -BeTrue
        (Get-CrdrPlaybook planned-switchover).LastRun.Outcome | Should -Be 'Interrupted'
        (Get-CrdrOperation -Open) | Should -HaveCount 1
    }
}

Describe 'The shipped playbook' {
    BeforeEach { $stage = New-Stage }
    AfterEach { Remove-Stage $stage }

    It '<Name> is found in order: its commands and parameters exist, and it can be asked what it would do' -ForEach @(
        (Get-ChildItem (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'module/playbooks') -Recurse -Filter *.ps1).BaseName | ForEach-Object { @{ Name = $_ } }
    ) {
        # What only the team that uses it can give is missing, and nothing else.
        (Get-CrdrPlaybookFinding $Name).Id | Should -Be 'OwnerMissing'
        $null = Confirm-CrdrPlaybook $Name -Owner 'the database team' -Reason 'read together'
        Test-CrdrPlaybook $Name pg-demo | Should -BeTrue
    }

    It '<Name> with -WhatIf changes nothing, wherever the pair stands' -ForEach @(
        @{ Name = 'planned-switchover'; Argument = @{ To = 'Recovery' } }
        @{ Name = 'regional-failover'; Argument = @{ GiveUpHealthyPrimary = $true; AllowDataLoss = $true } }
        @{ Name = 'failback'; Argument = @{ TakeOver = $true } }
        @{ Name = 'scheduled-rotation'; Argument = @{} }
        @{ Name = 'read-replica-outage'; Argument = @{ Enable = $true } }
        @{ Name = 'pre-flight-check'; Argument = @{ CardPath = 'cards' } }
        @{ Name = 'post-recovery-tasks'; Argument = @{ ReportPath = 'reports' } }
        @{ Name = 'game-day'; Argument = @{} }
    ) {
        Push-Location $stage.Home
        try {
            $null = Invoke-Quietly { Invoke-CrdrPlaybook $Name pg-demo -Argument $Argument -WhatIf }
            Set-Outage $stage
            $null = Invoke-Quietly { Invoke-CrdrPlaybook $Name pg-demo -Argument $Argument -WhatIf }
        }
        finally { Pop-Location }
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        (Get-ChildItem $stage.Home).Name | Sort-Object | Should -Be @('pairs.json', 'state')
        Join-Path $stage.State 'journals' | Should -Not -Exist
        Join-Path $stage.State 'playbooks' | Should -Not -Exist
    }

    It 'regional-failover stops where a person decides, goes on as it prints, and is refused while nobody decided' {
        (Invoke-Shipped regional-failover).Run.Stop.GoOn | Should -Be 'Invoke-CrdrPlaybook planned-switchover pg-demo -Argument @{ To = ''Recovery'' }'
        Set-Outage $stage
        $lost = Invoke-Shipped regional-failover
        $lost.Run.Outcome | Should -Be 'Stopped'
        $lost.Run.Stop.Decision | Should -BeLike '*LossBound*'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        (Invoke-Printed $lost.Run.Stop).Outcome | Should -Be 'Succeeded'
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'FailedOver'
    }

    It 'regional-failover says what failed when the vendor does not do it' {
        Set-Outage $stage
        Add-Fault $stage @{ kind = 'ServiceUpdate'; action = 'Status'; status = 403 }
        $result = Invoke-Shipped regional-failover @{ AllowDataLoss = $true; OutageSince = [DateTimeOffset]::UtcNow.AddMinutes(-1) }
        $result.Run.Outcome | Should -Be 'Failed'
        $result.Run.ErrorId | Should -Be 'PermissionDenied'
        $result.Run.Message | Should -BeLike 'Line *: Failover of pg-demo: Refused.*'
        Clear-Fault $stage
        (Invoke-Shipped regional-failover @{ AllowDataLoss = $true }).Run.Outcome | Should -Be 'Succeeded'
    }

    It 'failback rebuilds and stops; run as it prints, it takes the writes home; post-recovery-tasks leave a report' {
        Set-Outage $stage
        $null = Invoke-Shipped regional-failover @{ AllowDataLoss = $true }
        Add-Fault $stage @{ kind = 'ServiceUpdate'; action = 'Status'; status = 403; times = 1 }
        Set-Outage $stage $false
        (Invoke-Shipped failback).Run.ErrorId | Should -Be 'PermissionDenied'
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'FailedOver'
        $ready = Invoke-Shipped failback
        $ready.Run.Outcome | Should -Be 'Stopped'
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'ReadyToFailBack'
        (Invoke-Printed $ready.Run.Stop).Outcome | Should -Be 'Succeeded'
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'Protected'
        $folder = Join-Path $stage.Home 'after'
        (Invoke-Shipped post-recovery-tasks @{ ReportPath = $folder }).Run.Outcome | Should -Be 'Succeeded'
        (Get-ChildItem $folder).Extension | Sort-Object | Should -Be @('.html', '.md')
    }

    It 'post-recovery-tasks make the other side follow, and want what was left open finished first' {
        Set-Outage $stage
        $null = Invoke-Shipped regional-failover @{ AllowDataLoss = $true }
        Set-Outage $stage $false
        Set-Setting $stage @{ rebuildSeconds = 100000 }
        $left = Restore-CrdrPrimary pg-demo -Force -NoWait
        $open = Invoke-Shipped post-recovery-tasks
        $open.Run.Stop.GoOn | Should -Be "Resume-CrdrOperation $($left.Id)"
        $null = Invoke-Control $stage '/clock' Post @{ advanceSeconds = 100001 }
        $null = Resume-CrdrOperation $left.Id -Force
        (Invoke-Shipped post-recovery-tasks).Run.Outcome | Should -Be 'Succeeded'
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'ReadyToFailBack'
    }

    It 'scheduled-rotation swaps and stops; it swaps back as it prints, or stays' {
        (Invoke-Shipped scheduled-rotation @{ Stage = 'Stay' }).Run.Outcome | Should -Be 'Succeeded'
        $swap = Invoke-Shipped scheduled-rotation
        $swap.Run.Outcome | Should -Be 'Stopped'
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'ReadyToFailBack'
        (Invoke-Shipped scheduled-rotation @{ Stage = 'Stay' }).Run.Outcome | Should -Be 'Succeeded'
        (Get-CrdrStatus pg-demo).ActiveMember | Should -Be 'Recovery'
        (Invoke-Printed $swap.Run.Stop).Outcome | Should -Be 'Succeeded'
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'Protected'
    }

    It 'scheduled-rotation leaves the pair where it was when the vendor refuses' {
        Add-Fault $stage @{ kind = 'ServiceUpdate'; action = 'Status'; status = 403 }
        (Invoke-Shipped scheduled-rotation).Run.Outcome | Should -Be 'Failed'
        Clear-Fault $stage
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'Protected'
        Set-Outage $stage
        (Invoke-Shipped planned-switchover @{ To = 'Recovery' }).Run.Outcome | Should -Be 'Failed'
        @(Get-Request $stage -Changing | Where-Object applied) | Should -BeNullOrEmpty
    }

    It 'read-replica-outage switches the name on when a person wants it, and readers fall back to the primary' {
        $null = Invoke-Control $stage '/services/demo/pg-demo/standbys' Post @{ down = $true }
        $off = Invoke-Shipped read-replica-outage
        $off.Run.Outcome | Should -Be 'Stopped'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        (Invoke-Printed $off.Run.Stop).Outcome | Should -Be 'Succeeded'
        $null = Invoke-Control $stage '/clock' Post @{ advanceSeconds = 31 }
        ((Invoke-Control $stage '/services/demo/pg-demo/names').names | Where-Object name -Like 'ha-*').leadsTo | Should -Be 'primary'
        Add-Fault $stage @{ kind = 'ServiceGet'; action = 'Status'; status = 401 }
        (Invoke-Shipped read-replica-outage).Run.ErrorId | Should -Be 'AuthenticationFailed'
    }

    It 'pre-flight-check passes a pair that can be moved, leaves its card, and fails one that cannot' {
        (Invoke-Shipped pre-flight-check @{ CardPath = $stage.Home }).Run.Outcome | Should -Be 'Succeeded'
        Join-Path $stage.Home 'pg-demo-card.md' | Should -Exist
        Get-Request $stage -Changing | Should -BeNullOrEmpty
        Set-Outage $stage $true 'europe-west4'
        $result = Invoke-Shipped pre-flight-check
        $result.Run.ErrorId | Should -Be 'NotReady'
        $result.Output | Where-Object { $_ -is [CrdrTools.CrdrCheck] -and $_.Result -eq 'Block' -and $_.Name -eq 'TargetReady' } | Should -Not -BeNullOrEmpty
    }

    It 'game-day checks, rehearses, moves over and stops; its end moves home, reports, and is the proof of a drill' {
        $folder = Join-Path $stage.Home 'day'
        $begin = Invoke-Shipped game-day @{ ReportPath = $folder; RebuildSeconds = 0.2; Note = 'first one' }
        $begin.Run.Outcome | Should -Be 'Stopped'
        $drill = $begin.Output | Where-Object { $_ -is [CrdrTools.CrdrDrillResult] }
        $drill.For | Should -Be 'pg-demo'
        $kept = Get-ChildItem (Join-Path $stage.State 'drills/pg-demo')
        $kept | Should -HaveCount 1
        (Get-Content $kept | ConvertFrom-Json).note | Should -Be 'first one'
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'ReadyToFailBack'
        $end = Invoke-Shipped game-day @{ Stage = 'End'; ReportPath = $folder }
        $end.Run.Outcome | Should -Be 'Succeeded'
        $end.Run.Operations | Should -HaveCount 1
        @(Get-ChildItem $folder -Filter *.html) | Should -Not -BeNullOrEmpty
        (Get-CrdrStatus pg-demo).Phase | Should -Be 'Protected'
    }

    It 'game-day does not begin on a pair that could not be moved' {
        Set-Outage $stage $true 'europe-west4'
        $result = Invoke-Shipped game-day @{ SkipDrill = $true; ReportPath = $stage.Home }
        $result.Run.Outcome | Should -Be 'Failed'
        Get-Request $stage -Changing | Should -BeNullOrEmpty
    }
}

Describe 'What is wrong with a playbook' {
    BeforeEach { $stage = New-Stage }
    AfterEach { Remove-Stage $stage }

    It 'a command that does not exist, with its line; it is not run unless that is allowed by name' {
        $file = New-Script gone 'Get-CrdrStatus $Pair; Invoke-CrdrFailovr $Pair'
        $found = Get-CrdrPlaybookFinding $file
        $found.Id | Should -Be 'CommandNotFound'
        $found.Line | Should -Be 15
        $found.Message | Should -Be 'There is no command Invoke-CrdrFailovr.'
        Test-CrdrPlaybook $file | Should -BeFalse
        $result = Invoke-Quietly { Invoke-CrdrPlaybook $file pg-demo }
        $result.Output.Outcome | Should -Be 'Refused'
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'CommandNotFound,*'
        $result.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike '*-AllowFinding CommandNotFound*'
        Get-Request $stage | Should -BeNullOrEmpty
        $run = Get-Last (Invoke-Quietly { Invoke-CrdrPlaybook $file pg-demo -AllowFinding CommandNotFound -Force }).Output
        $run.Outcome | Should -Be 'Failed'
        $run.Allowed.Id | Should -Be 'CommandNotFound'
    }

    It 'a parameter that does not exist, typed or splatted: <Body>' -ForEach @(
        @{ Body = 'Invoke-CrdrFailover $Pair -AllowDataLos2'; Name = 'AllowDataLos2' }
        @{ Body = '$with = @{ Pair = $Pair; Tow = 1 }; Invoke-CrdrSwitchover @with'; Name = 'Tow' }
        @{ Body = '$with = @{ Pair = $Pair }; $with.Tow = 1; Invoke-CrdrSwitchover @with'; Name = 'Tow' }
        @{ Body = '$with = @{}; $with["Tow"] = 1; Invoke-CrdrSwitchover @with'; Name = 'Tow' }
    ) {
        $found = Get-CrdrPlaybookFinding (New-Script wrong $Body)
        $found.Id | Should -Be 'ParameterNotFound'
        $found.Message | Should -BeLike "*has no parameter -$Name."
    }

    It 'parameters in short, aliases, and functions of its own are found in order' {
        Get-CrdrPlaybookFinding (New-Script fine 'function Get-Mine { param($X) $X }; Get-Mine -X 1; Invoke-CrdrFailover $Pair -AllowDataL -Conf; gci -Forc | % { $_ }; Get-CrdrOperation -OpenOperation x') | Should -BeNullOrEmpty
    }

    It 'a script that cannot be read, one that takes no pair, one that cannot be asked' {
        (Get-CrdrPlaybookFinding (New-Script broken 'if (')).Id | Should -Contain 'ScriptInvalid'
        $file = New-Script bare '1'
        (Get-Content $file) -replace '^\[CmdletBinding.*' -replace '^param.*', 'param($Reason)' | Set-Content $file
        (Get-CrdrPlaybookFinding $file).Id | Should -Be @('PairParameterMissing', 'WhatIfMissing')
        (Invoke-Quietly { Invoke-CrdrPlaybook $file pg-demo -WhatIf }).Thrown.FullyQualifiedErrorId | Should -BeLike 'WhatIfMissing,*'
    }

    It 'no owner, and a review that is overdue; neither keeps anybody from recovering' {
        $file = New-Script old 'Get-CrdrStatus $Pair' -Owner '' -Reviewed '2020-01-01'
        $found = Get-CrdrPlaybookFinding $file
        $found.Id | Should -Be @('OwnerMissing', 'ReviewOverdue')
        $found[1].Message | Should -BeLike '*2020-01-01*every 3 months*2020-04-01*'
        Test-CrdrPlaybook $file | Should -BeFalse
        (Get-Last (Invoke-CrdrPlaybook $file pg-demo)).Outcome | Should -Be 'Succeeded'
        $review = Confirm-CrdrPlaybook $file -Owner 'Ann' -Reason 'after the game day'
        $review.Who | Should -BeLike '*@*'
        $review.Topologies.Pair | Should -Be 'pg-demo'
        Test-CrdrPlaybook $file pg-demo | Should -BeTrue
        (Get-CrdrPlaybook $file).Owner | Should -Be 'Ann'
    }

    It 'a file that was changed since its review' {
        $file = New-Script changed 'Get-CrdrStatus $Pair' -Reviewed '2020-01-01'
        $null = Confirm-CrdrPlaybook $file -Reason 'looked'
        Get-CrdrPlaybookFinding $file | Should -BeNullOrEmpty
        Add-Content $file 'Get-CrdrRoute $Pair'
        (Get-CrdrPlaybookFinding $file).Id | Should -Be 'ChangedSinceReview'
        (Get-CrdrPlaybook $file).ReviewDue | Should -BeNullOrEmpty
    }

    It 'a pair that is not what it was: members, routes, provider' {
        $file = New-Script topology 'Get-CrdrStatus $Pair'
        (Get-CrdrPlaybookFinding $file pg-demo).Id | Should -Be 'NotReviewedForPair'
        $null = Confirm-CrdrPlaybook $file -Reason 'looked' -Pair pg-demo
        Test-CrdrPlaybook $file pg-demo | Should -BeTrue
        $pair = Get-CrdrPair pg-demo
        $null = Register-CrdrPair -Project demo -Primary pg-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -Rto 60 -Route (New-ScriptRoute $stage) -Force
        $found = Get-CrdrPlaybookFinding $file pg-demo
        $found.Id | Should -Be 'TopologyChanged'
        $found.Message | Should -BeLike '*the order of routes is app (was none)*'
        $result = Invoke-Quietly { Invoke-CrdrPlaybook $file pg-demo }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'TopologyChanged,*'
        (Get-Last (Invoke-CrdrPlaybook $file pg-demo -AllowFinding TopologyChanged)).Allowed.Id | Should -Be 'TopologyChanged'
        (Get-CrdrPlaybookFinding $file $pair).Id | Should -BeNullOrEmpty
        (Get-CrdrPlaybookFinding (New-Script theirs '1' -Providers CockroachCloud) pg-demo).Id | Should -Contain 'ProviderNotMeant'
        (Get-CrdrPlaybookFinding (New-Script slow '1' -Rto 10m) pg-demo).Id | Should -Contain 'ObjectiveTighter'
    }

    It 'a header that is wrong is told with file and line, and keeps no other playbook from being listed' {
        $file = New-Script odd '1'
        (Get-Content $file) -replace 'Review every', 'Review evry' | Set-Content $file
        $null = New-Script even '1'
        Set-Content (Join-Path $stage.Home 'own/tool.ps1') '"no playbook"'
        $result = Invoke-Quietly { Get-CrdrPlaybook -Folder (Join-Path $stage.Home 'own') }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PlaybookKeyUnknown,*'
        $result.Errors[0].Exception.Message | Should -BeLike "*odd.ps1:9: 'Review evry' is no key*"
        $result.Output.Name | Should -Contain 'even'
        $result.Output.Name | Should -Contain 'failback'
        $result.Output.Name | Should -Not -Contain 'tool'
        (Get-Thrown { Get-CrdrPlaybook (Join-Path $stage.Home 'own/tool.ps1') -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'PlaybookHeaderMissing,*'
        (Get-Thrown { Get-CrdrPlaybook none -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'PlaybookNotFound,*'
    }

    It 'one of one''s own stands before the shipped one of its name; folders may be named by CRDR_PLAYBOOKS' {
        $file = New-Script failback '"ours"'
        $env:CRDR_PLAYBOOKS = Split-Path $file
        try {
            (Get-CrdrPlaybook failback).Path | Should -Be $file
            (Get-CrdrPlaybook fail*).Shipped | Should -Be $false
            Invoke-CrdrPlaybook failback pg-demo | Select-Object -First 1 | Should -Be 'ours'
        }
        finally { $env:CRDR_PLAYBOOKS = $null }
    }

    It 'is completed by name, those of one''s own too' {
        $file = New-Script failing '1'
        function Complete { param([string] $Line) ([Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null)).CompletionMatches.CompletionText }
        Complete 'Invoke-CrdrPlaybook fail' | Should -Be 'failback'
        Complete "Confirm-CrdrPlaybook -Folder '$(Split-Path $file)' -Playbook fail" | Should -Be @('failback', 'failing')
    }

    It '-WhatIf confirms nothing' {
        Confirm-CrdrPlaybook failback -Reason 'looked' -WhatIf | Should -BeNullOrEmpty
        Join-Path $stage.State 'playbooks' | Should -Not -Exist
    }
}

Describe 'The schedule' {
    BeforeAll {
        $stage = New-Stage
        $null = Register-CrdrPair -Project demo -Primary pg-demo -Name other -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0
        ConvertTo-Json -Depth 5 @{
            timeZone  = 'Europe/Berlin'
            blocked   = @(@{ from = '2026-12-18'; to = '2027-01-06'; why = 'year end' })
            schedules = @(
                @{ name = 'rotation'; kind = 'rotation'; pairs = @('pg-*'); every = '3 months'; from = '2026-01-15' }
                @{ name = 'check'; kind = 'check'; pairs = @('*'); every = '1 day'; from = '2026-01-15'; within = '1 day' }
            )
        } | Set-Content (Join-Path $stage.Home 'schedule.json')
    }
    AfterAll { Remove-Stage $stage }

    It 'says what is due on which pair, and what blocks it; what is not on record was never done' {
        $rows = Get-CrdrSchedule -At 2026-12-01T00:00:00Z
        $rows | Should -BeOfType CrdrTools.CrdrSchedule
        $rows | ForEach-Object { "$($_.Name) $($_.Pair) $($_.State)" } | Sort-Object | Should -Be @('check other Overdue', 'check pg-demo Overdue', 'rotation pg-demo Overdue')
        $rows | Where-Object LastProven | Should -BeNullOrEmpty
        (Get-CrdrStatus pg-demo).LastProven | Should -BeNullOrEmpty
        $blocked = Get-CrdrSchedule pg-demo -At 2026-12-20T00:00:00Z
        $blocked.State | Select-Object -Unique | Should -Be 'Blocked'
        $blocked[0].BlockedBy | Should -Be 'year end'
        $blocked[0].NotBefore | Should -Be ([DateTimeOffset] '2027-01-07T00:00:00+01:00')
        Get-CrdrSchedule -Due -At 2026-12-20T00:00:00Z | Should -BeNullOrEmpty
    }

    It 'is acted on from the pipeline, and what was done is not due any more' {
        $now = [DateTimeOffset]::UtcNow
        $file = Join-Path $stage.Home 'now.json'
        (Get-Content (Join-Path $stage.Home 'schedule.json') -Raw) -replace '"blocked":\s*\[[^\]]*\],' -replace '2026-01-15', $now.AddDays(-3).ToString('yyyy-MM-dd') | Set-Content $file
        $due = Get-CrdrSchedule -ScheduleFile $file -Due
        $due | Should -HaveCount 3
        $runs = $due | Where-Object Pair -EQ pg-demo | Invoke-CrdrPlaybook -Force | Where-Object { $_ -is [CrdrTools.CrdrPlaybookRun] }
        $runs.Outcome | Sort-Object | Should -Be @('Succeeded', 'Stopped')
        (Get-CrdrSchedule -ScheduleFile $file -Due).Pair | Should -Be 'other'
        $rotation = Get-CrdrSchedule pg-demo -ScheduleFile $file | Where-Object Name -EQ rotation
        $rotation.LastProven.By | Should -Be 'Switchover'
        $rotation.LastProven.Simulated | Should -BeTrue
        (Get-CrdrStatus pg-demo).LastProven.Id | Should -Be $rotation.LastProven.Id
        (Get-CrdrStatus pg-demo | Format-List | Out-String) | Should -BeLike '*LastProven*by Switchover (simulated)*'
    }

    It 'that cannot be read is told with its place' {
        Set-Content (Join-Path $stage.Home 'bad.json') '{ "schedules": [ { "name": "x", "kind": "drill", "pairs": ["a"], "evry": "1d" } ] }'
        $problem = Get-Thrown { Get-CrdrSchedule -ScheduleFile (Join-Path $stage.Home 'bad.json') }
        $problem.FullyQualifiedErrorId | Should -BeLike 'ScheduleInvalid,*'
        $problem.Exception.Message | Should -BeLike '*bad.json*evry*'
        (Get-Thrown { Get-CrdrSchedule -At soon }).FullyQualifiedErrorId | Should -BeLike 'TimeInvalid,*'
    }
}

Describe 'On CockroachDB Cloud' {
    BeforeAll {
        $stage = New-Stage -Cloud
        $null = Register-CrdrPair -Provider CockroachCloud -Primary crdb-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -QuietTime 0 -Rto 60 -Rpo 60 -TestPair -Route (New-ScriptRoute $stage) -Force
    }
    AfterAll { Remove-Stage $stage }
    BeforeEach { Set-FreshKey $stage }

    It 'scheduled-rotation brings a stream back after the swap, and a forward stream after the swap back' {
        $swap = Invoke-Shipped scheduled-rotation -Pair crdb-demo
        $swap.Run.Outcome | Should -Be 'Stopped' -Because $swap.Run.Message
        ($swap.Output | Where-Object { $_ -is [CrdrTools.CrdrOperation] }).Verb | Should -Be @('Switchover', 'Restore')
        Set-FreshKey $stage
        $back = Invoke-Shipped scheduled-rotation @{ Stage = 'SwapBack' } -Pair crdb-demo
        ($back.Output | Where-Object { $_ -is [CrdrTools.CrdrOperation] }).Verb | Should -Be @('Restore', 'Setup')
        ($back.Output | Where-Object { $_ -is [CrdrTools.CrdrStatus] } | Select-Object -Last 1).Phase | Should -Be 'Protected'
    }

    It 'read-replica-outage is not meant for it' {
        (Invoke-Shipped read-replica-outage -Pair crdb-demo).Run.ErrorId | Should -Be 'ProviderNotMeant'
    }
}
