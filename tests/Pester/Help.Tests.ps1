BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'The help' {
    It 'is what its pages say: build.ps1 -Task Help brings it up to date' {
        $fresh = Join-Path $TestDrive 'fresh'
        $null = & (Join-Path $Root 'docs/New-ModuleHelp.ps1') -Destination $fresh
        foreach ($file in Get-ChildItem $fresh) {
            $kept = Join-Path $Root "module/en-US/$($file.Name)"
            $kept | Should -Exist
            (Get-FileHash $file).Hash | Should -Be (Get-FileHash $kept).Hash -Because "$($file.Name) is made from docs"
        }
        (Get-ChildItem $fresh).Name | Should -Be (Get-ChildItem (Join-Path $Root 'module/en-US')).Name
    }

    It 'is found for every cmdlet, whole' {
        foreach ($command in Get-Command -Module CrdrTools) {
            $help = Get-Help $command.Name -Full
            $help.Synopsis | Should -Not -BeLike "*$($command.Name) *" -Because $command.Name
            $help.description.Text | Should -Not -BeNullOrEmpty -Because $command.Name
            @($help.examples.example).Count | Should -BeGreaterOrEqual 2 -Because $command.Name
            $help.returnValues.returnValue | Should -Not -BeNullOrEmpty -Because $command.Name
        }
    }

    It 'shows each parameter by name' {
        (Get-Help Invoke-CrdrFailover -Parameter AllowDataLoss).description.Text | Should -BeLike '*loss*'
        (Get-Help Get-CrdrStatus -Parameter ThrottleLimit).defaultValue | Should -Be '16'
    }

    It 'has an about topic' {
        Get-Help about_CrdrTools | Out-String | Should -BeLike '*AT THREE IN THE MORNING*'
    }

    It 'tells no path and no name of the machine it was written on' {
        Get-ChildItem -Recurse -File (Join-Path $Root 'docs'), (Join-Path $Root 'module/en-US') | Select-String -SimpleMatch -Pattern $Root, ([Environment]::MachineName + ':'), '/tmp/' |
            Where-Object Line -notmatch 'docs/New-ModuleHelp' | Should -BeNullOrEmpty
    }
}
