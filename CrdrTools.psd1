@{
    RootModule             = if ($PSEdition -eq 'Core') { 'module/bin/net8.0/CrdrTools.dll' } else { 'module/bin/net472/CrdrTools.dll' }
    ModuleVersion          = '0.1.0'
    GUID                   = '6f0c2f0e-3c1b-4a52-9a43-5d7f6b1f8f0d'
    CompatiblePSEditions   = @('Desktop', 'Core')
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    Author                 = 'The CrdrTools contributors'
    CompanyName            = 'The CrdrTools contributors'
    Copyright              = '(c) The CrdrTools contributors. MIT licence.'
    Description            = 'Takes a database through a regional disaster and back: see where each region stands, fail over, switch over, rebuild the old primary, fail back, rehearse all of it, and prove afterwards what happened.'
    FormatsToProcess       = @('module/CrdrTools.Format.ps1xml')
    TypesToProcess         = @('module/CrdrTools.Types.ps1xml')
    CmdletsToExport        = @(
        'Clear-CrdrDisruption'
        'Complete-CrdrStream'
        'Confirm-CrdrPlaybook'
        'Disable-CrdrReplicaDns'
        'Enable-CrdrReplicaDns'
        'Export-CrdrCard'
        'Get-CrdrDisruption'
        'Get-CrdrOperation'
        'Get-CrdrPair'
        'Get-CrdrPlan'
        'Get-CrdrPlaybook'
        'Get-CrdrPlaybookFinding'
        'Get-CrdrReadiness'
        'Get-CrdrReplicaDns'
        'Get-CrdrRoute'
        'Get-CrdrSchedule'
        'Get-CrdrStatus'
        'Get-CrdrStream'
        'Invoke-CrdrDisruption'
        'Invoke-CrdrDrill'
        'Invoke-CrdrFailover'
        'Invoke-CrdrPlaybook'
        'Invoke-CrdrSwitchover'
        'New-CrdrPair'
        'New-CrdrRecovery'
        'New-CrdrReport'
        'New-CrdrStream'
        'New-FailbackStream'
        'Register-CrdrPair'
        'Restore-CrdrPrimary'
        'Repair-CrdrPair'
        'Restart-CrdrStep'
        'Resume-CrdrOperation'
        'Skip-CrdrStep'
        'Start-CrdrSimulator'
        'Stop-CrdrOperation'
        'Stop-CrdrSimulator'
        'Stop-CrdrStream'
        'Suspend-CrdrOperation'
        'Switch-CrdrRoute'
        'Test-CrdrPlaybook'
        'Test-CrdrReadiness'
        'Unregister-CrdrPair'
        'Wait-CrdrOperation'
        'Watch-CrdrPair', 'Watch-CrdrReplicaDns'
    )
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @('New-CrdrFailbackStream')
    PrivateData            = @{
        PSData = @{
            Tags         = @(
                'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS', 'DisasterRecovery', 'Failover', 'Failback', 'Switchover', 'Aiven',
                'PostgreSQL', 'CockroachDB', 'CRDR', 'AzureAutomation'
            )
            LicenseUri   = 'https://opensource.org/licenses/MIT'
            ProjectUri   = 'https://github.com/crdrtools/crdrtools'
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
