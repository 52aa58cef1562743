BeforeAll {
    $root = Split-Path (Split-Path $PSScriptRoot)
    $log = pwsh -NoProfile -NonInteractive -File (Join-Path $root 'build.ps1') -Task Package 2>&1 | Out-String
    $ended = $LASTEXITCODE
    $version = (Test-ModuleManifest (Join-Path $root 'CrdrTools.psd1')).Version
    $folder = Join-Path $root "output/CrdrTools/$version"
}

Describe 'The package' {
    It 'is made' {
        $ended | Should -Be 0 -Because $log
        $folder | Should -Exist
    }

    It 'is imported from its folder, and works' {
        $lines = pwsh -NoProfile -NonInteractive -Command "
            `$env:PSModulePath = '$(Join-Path $root output)'
            Import-Module CrdrTools
            (Get-Module CrdrTools).Path
            `$simulator = Start-CrdrSimulator
            (Get-CrdrStatus @{ Project = 'demo'; Primary = 'pg-demo'; Endpoint = `$simulator.Endpoint } -Token `$simulator.Token -StatePath '$TestDrive').Phase
            (Get-Help Invoke-CrdrFailover).Synopsis
            (Get-CrdrPlaybook -StatePath '$TestDrive').Count
            (Get-CrdrPlaybook failback -StatePath '$TestDrive').Path"
        $lines[0] | Should -BeLike "*output*CrdrTools*$version*"
        $lines[1] | Should -Be 'Protected'
        $lines[2] | Should -BeLike 'Leaves the active member*'
        $lines[3] | Should -Be 16
        $lines[4] | Should -BeLike "*output*CrdrTools*$version*module*playbooks*failback.ps1"
    }

    It 'is a zip that holds a folder of the module''s name, with short paths' {
        $archive = [IO.Compression.ZipFile]::OpenRead((Join-Path $root 'output/CrdrTools.zip'))
        try { $names = $archive.Entries.FullName } finally { $archive.Dispose() }
        $names | Should -Contain 'CrdrTools/CrdrTools.psd1'
        $names | Where-Object { $_ -notlike 'CrdrTools/*' } | Should -BeNullOrEmpty
        $names | Where-Object Length -ge 140 | Should -BeNullOrEmpty
        $names | Where-Object { $_ -like '*.pdb' -or $_ -like '*System.Management.Automation*' } | Should -BeNullOrEmpty
    }

    It 'holds the same files for both editions as the checkout' {
        foreach ($framework in 'net472', 'net8.0') {
            $packed = Join-Path $folder "module/bin/$framework"
            $built = Join-Path $root "module/bin/$framework"
            (Get-ChildItem -Recurse -File $packed | ForEach-Object { [IO.Path]::GetRelativePath($packed, $_.FullName) } | Sort-Object) |
                Should -Be (Get-ChildItem -Recurse -File $built | ForEach-Object { [IO.Path]::GetRelativePath($built, $_.FullName) } | Sort-Object)
        }
    }
}
