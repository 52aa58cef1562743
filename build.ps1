<#
.SYNOPSIS
    Builds, tests, analyses, documents and packs CrdrTools.
.DESCRIPTION
    A thin face over dotnet and Pester. Build and Test need the .NET SDK alone; Test runs the Pester suites too when Pester 5 is there.
.EXAMPLE
    ./build.ps1 -Task Build, Test
.EXAMPLE
    ./build.ps1 -Task Package
#>
[CmdletBinding()]
param(
    # What to do, in this order.
    [ValidateSet('Build', 'Test', 'Analyze', 'Help', 'Package', 'Drill')]
    [string[]] $Task = 'Build',

    # Debug or Release. A package is always a release.
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug'
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0
$root = $PSScriptRoot

function Invoke-Tool {
    # Runs a program, and ends with an error when it does.
    param([Parameter(Mandatory)] [string] $Program, [string[]] $Argument)
    & $Program @Argument
    if ($LASTEXITCODE -ne 0) { throw "$Program $($Argument -join ' ') ended with $LASTEXITCODE." }
}

function Build-Module {
    Invoke-Tool dotnet 'build', "$root/src/CrdrTools.PowerShell", '--configuration', $Configuration, '--nologo'
}

function Build-Package {
    # The module as it is imported from here, under its version, and once more as a zip with a folder of the module's name.
    $built = "$root/output/build/"
    Invoke-Tool dotnet 'build', "$root/src/CrdrTools.PowerShell", '--configuration', 'Release', '--nologo', "-p:ModuleOutput=$built"
    $version = (Test-ModuleManifest "$root/CrdrTools.psd1").Version
    $folder = "$root/output/CrdrTools/$version"
    if (Test-Path $folder) { Remove-Item -Recurse -Force $folder }
    foreach ($part in 'CrdrTools.psd1', 'LICENSE', 'README.md', 'module/CrdrTools.Format.ps1xml', 'module/CrdrTools.Types.ps1xml') {
        $null = New-Item -ItemType Directory -Force (Split-Path "$folder/$part")
        Copy-Item "$root/$part" "$folder/$part"
    }
    Copy-Item -Recurse "$root/module/en-US" "$folder/en-US"
    Copy-Item -Recurse "$root/module/playbooks" "$folder/module/playbooks"
    $null = New-Item -ItemType Directory "$folder/module/bin"
    foreach ($framework in 'net472', 'net8.0') { Copy-Item -Recurse "$built$framework" "$folder/module/bin/$framework" }

    $files = Get-ChildItem -Recurse -File $folder
    foreach ($file in $files) {
        $inside = "CrdrTools/$version" + $file.FullName.Substring((Resolve-Path $folder).Path.Length)
        if ($inside.Length -ge 140) { throw "Azure Automation takes paths under 140 characters: $inside" }
    }
    # No later than the oldest date a zip can hold: the same files give the same zip.
    $zip = "$root/output/CrdrTools.zip"
    if (Test-Path $zip) { Remove-Item $zip }
    Add-Type -AssemblyName System.IO.Compression, System.IO.Compression.FileSystem
    $archive = [IO.Compression.ZipFile]::Open($zip, 'Create')
    try {
        foreach ($file in $files | Sort-Object FullName) {
            $name = 'CrdrTools' + $file.FullName.Substring((Resolve-Path $folder).Path.Length).Replace('\', '/')
            $entry = $archive.CreateEntry($name, 'Optimal')
            $entry.LastWriteTime = [DateTimeOffset]::new(1980, 1, 1, 0, 0, 0, [timespan]::Zero)
            $stream = $entry.Open()
            try { $bytes = [IO.File]::ReadAllBytes($file.FullName); $stream.Write($bytes, 0, $bytes.Length) } finally { $stream.Dispose() }
        }
    }
    finally { $archive.Dispose() }
    Get-Item $folder, $zip
}

switch ($Task) {
    Build { Invoke-Tool dotnet 'build', $root, '--configuration', $Configuration, '--nologo' }
    Test { Invoke-Tool dotnet 'test', $root, '--configuration', $Configuration, '--nologo' }
    Analyze {
        Build-Module
        $configuration_ = New-PesterConfiguration
        $configuration_.Run.Path = "$root/tests/Pester/Analyzer.Tests.ps1"
        $configuration_.Run.Throw = $true
        Invoke-Pester -Configuration $configuration_
    }
    Help {
        Build-Module
        # In a PowerShell of its own: this one may have an older build of the module loaded.
        Invoke-Tool pwsh '-NoProfile', '-File', "$root/docs/New-ModuleHelp.ps1"
        Build-Module
    }
    Package { Build-Package }
    Drill {
        Build-Module
        Invoke-Tool pwsh '-NoProfile', '-Command', "Import-Module '$root/CrdrTools.psd1'; Invoke-CrdrDrill"
    }
}
