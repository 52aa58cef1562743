BeforeDiscovery {
    $root = Split-Path (Split-Path $PSScriptRoot)
    $analyzer = [bool](Get-Module PSScriptAnalyzer -ListAvailable)
    $scripts = Get-ChildItem $root -File -Include *.ps1, *.psd1, *.psm1 -Recurse |
        Where-Object { $_.FullName.Substring($root.Length) -notmatch '[\\/](bin|obj|output|TestResults)[\\/]' } |
        ForEach-Object { @{ Name = $_.FullName.Substring($root.Length + 1); Path = $_.FullName } }
}

Describe 'Script analysis' {
    It 'finds nothing in <Name>' -ForEach $scripts -Skip:(-not $analyzer) {
        # A script's own helpers may be called by position. In the suites a variable is set in one block and used in the next.
        $exclude = @('PSAvoidUsingPositionalParameters')
        if ($Path.StartsWith($PSScriptRoot)) {
            $exclude += 'PSUseDeclaredVarsMoreThanAssignments', 'PSReviewUnusedParameter', 'PSAvoidUsingConvertToSecureStringWithPlainText', 'PSAvoidGlobalVars', 'PSAvoidGlobalFunctions'
        }
        $found = Invoke-ScriptAnalyzer -Path $Path -ExcludeRule $exclude
        ($found | ForEach-Object { "$($_.ScriptName):$($_.Line) $($_.RuleName): $($_.Message)" }) -join "`n" | Should -BeNullOrEmpty
    }

    It 'finds <Name> fit for Windows PowerShell 5.1 too' -ForEach ($scripts | Where-Object Name -Match 'playbooks') -Skip:(-not $analyzer) {
        $rules = @{ IncludeRules = @('PSUseCompatibleSyntax'); Rules = @{ PSUseCompatibleSyntax = @{ Enable = $true; TargetVersions = @('5.1', '7.4') } } }
        ((Invoke-ScriptAnalyzer -Path $Path -Settings $rules) | ForEach-Object { "$($_.Line) $($_.RuleName): $($_.Message)" }) -join "`n" | Should -BeNullOrEmpty
    }

    It 'finds <Name> fit for the gallery' -ForEach ($scripts | Where-Object { $_.Name -in 'CrdrTools.psd1', 'build.ps1' }) -Skip:(-not $analyzer) {
        ((Invoke-ScriptAnalyzer -Path $Path -Settings PSGallery) | ForEach-Object { "$($_.Line) $($_.RuleName): $($_.Message)" }) -join "`n" | Should -BeNullOrEmpty
    }
}
