BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'Reports of operations' {
    BeforeAll {
        $stage = New-Stage
        Set-Outage $stage
        $failover = Invoke-CrdrFailover pg-demo -AllowDataLoss -Force -Reason 'gone <script>alert(1)</script> | ]]>' -ChangeReference CHG-7
        Set-Outage $stage $false
        $restore = Restore-CrdrPrimary pg-demo -TakeOver -SkipQuietTime -Force
    }
    AfterAll { Remove-Stage $stage }
    BeforeEach {
        $folder = Join-Path $stage.Home ([guid]::NewGuid().ToString('N'))
        $null = New-Item -ItemType Directory $folder
    }

    It 'are written into the current folder under the operation''s name, as one page' {
        Push-Location $folder
        try { $file = New-CrdrReport $failover.Id } finally { Pop-Location }
        $file | Should -BeOfType ([IO.FileInfo])
        $file.FullName | Should -Be (Join-Path $folder "crdr-$($failover.Id).html")
        $page = Get-Content -Raw $file
        $page | Should -BeLike '<!DOCTYPE html>*'
        $page | Should -BeLike '*Failover of pg-demo*CHG-7*LossBound*-AllowDataLoss*'
        $page | Should -BeLike '*Objective: 60.0 s*'
        $page | Should -Not -BeLike '*<script*'
    }

    It 'come from the pipeline, in each format' {
        $files = foreach ($format in 'Html', 'Markdown', 'Json', 'JUnit') { Get-CrdrOperation pg-demo | New-CrdrReport -OutputPath $folder -Format $format }
        $files.Count | Should -Be 8
        ($files.Extension | Sort-Object -Unique) -join ' ' | Should -Be '.html .json .md .xml'
        $json = Get-Content -Raw (Join-Path $folder "crdr-$($failover.Id).json") | ConvertFrom-Json
        $json.outcome | Should -Be 'Succeeded'
        $json.reason | Should -Be $failover.Reason
        $json.chain.verdict | Should -Be 'Intact'
        $json.overrides[0].who | Should -Be $failover.Who
        $xml = [xml](Get-Content -Raw (Join-Path $folder "crdr-$($failover.Id).xml"))
        $xml.testsuites.failures | Should -Be 0
        ($xml.testsuites.testsuite.testcase | Where-Object name -EQ 'Recovery time').'system-out' | Should -BeLike 'met: *objective 60.0 s*'
        Get-Content -Raw (Join-Path $folder "crdr-$($restore.Id).md") | Should -BeLike '# Restore of pg-demo: succeeded*'
    }

    It 'of a pair''s newest operations' {
        (New-CrdrReport -Pair pg-demo -OutputPath $folder).Name | Should -Be "crdr-$($restore.Id).html"
        @(New-CrdrReport -Pair pg-demo -Last 5 -Format Markdown -OutputPath $folder).Count | Should -Be 2
        (Invoke-Quietly { New-CrdrReport -Pair other -OutputPath $folder }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'OperationNotFound,*'
    }

    It 'are never written over without -Force, nor one over the other' {
        $path = Join-Path $folder 'mine.html'
        Set-Content $path 'mine'
        $result = Invoke-Quietly { New-CrdrReport $failover.Id -OutputPath $path }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ReportExists,*'
        $result.Errors[0].TargetObject | Should -Be $failover.Id
        Get-Content $path | Should -Be 'mine'
        (New-CrdrReport $failover.Id -OutputPath $path -Force).FullName | Should -Be $path
        $both = Invoke-Quietly { $failover.Id, $restore.Id | New-CrdrReport -OutputPath $path -Force }
        @($both.Output).Count | Should -Be 1
        $both.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ReportExists,*'
        Get-Content -Raw $path | Should -BeLike "*$($failover.Id)*"
    }

    It 'are only told with -WhatIf, and given as text with -AsText' {
        New-CrdrReport $failover.Id -OutputPath $folder -WhatIf | Should -BeNullOrEmpty
        New-CrdrReport $failover.Id -OutputPath $folder -AsText -Format Markdown | Should -BeLike '# Failover of pg-demo: succeeded*'
        Get-ChildItem $folder | Should -BeNullOrEmpty
    }

    It 'of operations that are none are told, and the others are written' {
        $result = Invoke-Quietly { 'none', $failover.Id | New-CrdrReport -OutputPath $folder }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'OperationNotFound,*'
        $result.Errors[0].TargetObject | Should -Be 'none'
        @($result.Output).Count | Should -Be 1
    }

    It 'name the line of a journal that was altered, removed or reordered: <How>' -ForEach @(
        @{ How = 'altered'; Says = 'line 3 was altered' }, @{ How = 'removed'; Says = 'line 3 does not follow' }, @{ How = 'reordered'; Says = 'line 3 does not follow' }
    ) {
        $state = Join-Path $folder 'state'
        Copy-Item -Recurse $stage.State $state
        $journal = (Get-ChildItem -Recurse $state -Filter "$($failover.Id).jsonl").FullName
        $lines = Get-Content $journal
        $lines = switch ($How) {
            'altered' { $lines[0..1]; $lines[2] -replace 'failed', 'passive'; $lines[3..9] }
            'removed' { $lines[0..1]; $lines[3..9] }
            'reordered' { $lines[0..1]; $lines[3]; $lines[2]; $lines[4..9] }
        }
        [IO.File]::WriteAllText($journal, ($lines -join "`n") + "`n")
        $result = Invoke-Quietly { New-CrdrReport $failover.Id -StatePath $state -OutputPath $folder }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'JournalDamaged,*'
        $result.Errors[0].Exception.Message | Should -BeLike "*$Says*"
        Get-Content -Raw $result.Output[0] | Should -BeLike "*Broken: $Says*"
    }
}
