@{
    RootModule             = if ($PSEdition -eq 'Core') { 'module/bin/net8.0/CrdrTools.dll' } else { 'module/bin/net472/CrdrTools.dll' }
    ModuleVersion          = '0.1.0'
    GUID                   = '6f0c2f0e-3c1b-4a52-9a43-5d7f6b1f8f0d'
    CompatiblePSEditions   = @('Desktop', 'Core')
    PowerShellVersion      = '5.1'
    Author                 = 'The CrdrTools contributors'
    CmdletsToExport        = @('Get-CrdrStatus', 'Register-CrdrPair', 'Start-CrdrSimulator', 'Stop-CrdrSimulator')
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
}
