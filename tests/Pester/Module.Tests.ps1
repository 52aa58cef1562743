BeforeAll { . (Join-Path $PSScriptRoot 'Common.ps1') }

Describe 'The module' {
    It 'has a manifest that PowerShell accepts' {
        $manifest = Test-ModuleManifest (Join-Path $Root 'CrdrTools.psd1')
        $manifest.Guid | Should -Be '6f0c2f0e-3c1b-4a52-9a43-5d7f6b1f8f0d'
        $manifest.PowerShellVersion | Should -Be '5.1'
        $manifest.CompatiblePSEditions | Should -Be @('Desktop', 'Core')
    }

    It 'exports what the manifest names, and nothing else' {
        $manifest = & ([scriptblock]::Create((Get-Content -Raw (Join-Path $Root 'CrdrTools.psd1'))))
        $named = @($manifest.CmdletsToExport) + $manifest.AliasesToExport
        (Get-Module CrdrTools).ExportedCommands.Keys | Sort-Object | Should -Be ($named | Sort-Object)
    }

    It 'keeps its dependencies out of the session' {
        $loaded = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -in 'CrdrTools.Core', 'Polly.Core', 'CrdrTools.Simulator' }
        foreach ($assembly in $loaded) {
            [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($assembly).Name | Should -Be 'CrdrTools'
        }
        'CrdrTools.Core.Crdr' -as [type] | Should -BeNullOrEmpty
        'CrdrTools.CrdrPair' -as [type] | Should -Not -BeNullOrEmpty
    }

    It 'answers for no assembly but its own' {
        { [Reflection.Assembly]::Load('Polly.Core') } | Should -Throw
    }

    It 'loads nothing of the core at import' {
        $names = pwsh -NoProfile -NonInteractive -Command "Import-Module '$(Join-Path $Root 'CrdrTools.psd1')'; [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -like 'CrdrTools*'"
        $names | Sort-Object | Should -Be @('CrdrTools', 'CrdrTools.Abstractions')
    }

    It 'is removed and imported again, and still works' {
        $stage = New-Stage
        try {
            Remove-Module CrdrTools
            Import-Module (Join-Path $Root 'CrdrTools.psd1')
            (Get-CrdrPair).Name | Should -Be 'pg-demo'
        }
        finally {
            Remove-Stage $stage
        }
    }

    It 'still works in a session when another one of the process removes it' {
        $lines = pwsh -NoProfile -NonInteractive -Command "
            Import-Module '$(Join-Path $Root 'CrdrTools.psd1')'
            `$other = [powershell]::Create()
            `$null = `$other.AddScript('Import-Module ''$(Join-Path $Root 'CrdrTools.psd1')''; Remove-Module CrdrTools').Invoke()
            `$other.Runspace.Dispose()
            (New-CrdrPair -Project demo -Primary a).Name"
        $lines | Should -Be 'a'
    }

    It 'gives each of its objects a view' -ForEach @(
        'CrdrPair', 'CrdrStatus', 'CrdrMemberStatus', 'CrdrFinding', 'CrdrNextAction', 'CrdrCheck', 'CrdrStep', 'CrdrPlan', 'CrdrOperation', 'CrdrDrillResult', 'CrdrSimulator', 'CrdrStream', 'CrdrDisruption', 'CrdrReplicaDns'
    ) {
        Get-FormatData "CrdrTools.$_" | Should -Not -BeNullOrEmpty
    }

    It 'shows at most six columns in a table' {
        $views = Get-ChildItem (Join-Path $Root 'module') -Filter *.Format.ps1xml | ForEach-Object { ([xml](Get-Content -Raw $_)).Configuration.ViewDefinitions.View }
        foreach ($view in $views | Where-Object TableControl) { @($view.TableControl.TableHeaders.TableColumnHeader).Count | Should -BeLessOrEqual 6 -Because $view.Name }
    }
}
