BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'The token' {
    BeforeAll { $marker = 'tok3n-wh1ch-must-n0t-be-se3n' }
    BeforeEach {
        $stage = New-Stage -Bare
        $stage.Simulator | Stop-CrdrSimulator
        $stage.Simulator = Start-CrdrSimulator -Token (ConvertTo-SecureString $marker -AsPlainText -Force) -Setting @{ TakeoverSeconds = 0.05; FailoverSeconds = 0.05; RebuildSeconds = 0.2 }
        $env:CRDR_TEST_TOKEN = $marker
    }
    AfterEach { Remove-Stage $stage }

    It 'is in no stream, journal or file, whatever happens' {
        $register = @{ Project = 'demo'; Primary = 'pg-demo'; Endpoint = $stage.Simulator.Endpoint; Secret = 'env:CRDR_TEST_TOKEN'; QuietTime = 0 }
        $streams = & {
            $VerbosePreference = 'Continue'
            $DebugPreference = 'Continue'
            Register-CrdrPair @register
            Get-CrdrStatus pg-demo | Format-List *
            Get-CrdrReadiness pg-demo
            Get-CrdrPlan pg-demo -Manual
            Export-CrdrCard pg-demo (Join-Path $stage.Home 'cards')
            Add-Fault $stage @{ action = 'Status'; status = 400; kind = 'ServiceGet'; times = 1; body = "{`"message`": `"bad token $marker`"}" }
            Get-CrdrStatus pg-demo
            Add-Fault $stage @{ action = 'HtmlBody'; kind = 'ServiceUpdate'; times = 1; applied = $true; body = "<html>$marker</html>" }
            try { Invoke-CrdrSwitchover pg-demo -To Recovery -Force -Timeout 5 } catch { $_ }
            Invoke-CrdrSwitchover pg-demo -To Primary -Force
            $wrong = ConvertTo-SecureString "$marker-wrong" -AsPlainText -Force
            Get-CrdrStatus pg-demo -Token $wrong
            Get-CrdrOperation | Format-List *
            Invoke-CrdrDrill $stage.Simulator -ReportPath (Join-Path $stage.Home 'drill')
        } *>&1 | ForEach-Object { $_; if ($_ -is [Management.Automation.ErrorRecord]) { $_.Exception.ToString(); $_.ErrorDetails } } | Out-String -Width 4000
        $streams | Should -BeLike '*step 1 of *'
        $streams | Should -BeLike '*GET /v1/project*'
        $streams | Should -Not -BeLike "*$marker*"
        foreach ($file in Get-ChildItem -Recurse -File $stage.Home -Force) { Get-Content -Raw $file.FullName | Should -Not -BeLike "*$marker*" -Because $file.FullName }
    }

    It 'is taken from -Token, and goes before what the pair says' {
        $env:CRDR_TEST_TOKEN = 'wrong'
        $token = ConvertTo-SecureString $marker -AsPlainText -Force
        Register-CrdrPair -Project demo -Primary pg-demo -Endpoint $stage.Simulator.Endpoint -Secret env:CRDR_TEST_TOKEN -Token $token | Out-Null
        (Get-CrdrStatus pg-demo -Token $token).Phase | Should -Be 'Protected'
        (Get-Thrown { Get-CrdrStatus pg-demo -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'AuthenticationFailed,*'
    }
}

Describe 'A secret of SecretManagement' {
    BeforeEach { $stage = New-Stage -Bare }
    AfterEach {
        Remove-Item function:global:Get-Secret -ErrorAction Ignore
        Remove-Stage $stage
    }

    It 'says so when there is no Get-Secret' {
        $problem = Get-Thrown { Register-CrdrPair -Project demo -Primary pg-demo -Endpoint $stage.Simulator.Endpoint -Secret secret:aiven -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -BeLike 'SecretManagementMissing,*'
        $problem.CategoryInfo.Category | Should -Be 'AuthenticationError'
        Get-Request $stage | Should -BeNullOrEmpty
    }

    It 'is asked for by name and vault, once a call, on the pipeline''s thread: <Kind>' -ForEach @(
        @{ Kind = 'SecureString'; Give = { ConvertTo-SecureString demo -AsPlainText -Force } }
        @{ Kind = 'string'; Give = { 'demo' } }
        @{ Kind = 'credential'; Give = { [pscredential]::new('x', (ConvertTo-SecureString demo -AsPlainText -Force)) } }
    ) {
        $global:asked = [Collections.Generic.List[string]]::new()
        $global:give = $Give
        function global:Get-Secret {
            param($Name, $Vault)
            $global:asked.Add("$Vault/$Name on $([Environment]::CurrentManagedThreadId)")
            & $global:give
        }
        Register-CrdrPair -Project demo -Primary pg-demo -Endpoint $stage.Simulator.Endpoint -Secret secret:prod/aiven -QuietTime 0 | Out-Null
        $null = Invoke-Control $stage '/pairs' Post @{ project = 'demo'; count = 3 }
        1..3 | ForEach-Object { Register-CrdrPair -Project demo -Primary "pg-000$_" -Endpoint $stage.Simulator.Endpoint -Secret secret:prod/aiven } | Out-Null
        $asked.Clear()
        (Get-CrdrStatus).Count | Should -Be 4
        $asked | Should -Be "prod/aiven on $([Environment]::CurrentManagedThreadId)"
        (Invoke-CrdrSwitchover pg-demo -To Recovery -Force).Outcome | Should -Be 'Succeeded'
    }

    It 'says so when the vault does not give it' {
        function global:Get-Secret { throw 'the vault is locked' }
        $problem = Get-Thrown { Register-CrdrPair -Project demo -Primary pg-demo -Endpoint $stage.Simulator.Endpoint -Secret secret:aiven -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -BeLike 'SecretMissing,*'
        $problem.Exception.Message | Should -BeLike '*the vault is locked*'
    }
}
