@{
    RootModule           = 'Winbake.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '6a0a3d3f-3f0c-4f0e-9a5e-2f6f1f0b9c55'
    Author               = 'The Winbake founders'
    CompanyName          = 'Winbake'
    Copyright            = 'Apache-2.0'
    Description          = 'What the Winbake build and test machines run.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    FunctionsToExport    = @(
        'Assert-FreeSpace'
        'Assert-HostRevision'
        'Format-Failure'
        'Format-ImageSet'
        'Get-FreeByte'
        'Get-HostVersion'
        'Get-ImageManifest'
        'Get-InstanceId'
        'Get-Instant'
        'Get-Verification'
        'Invoke-Native'
        'Read-Document'
        'Save-ImageSet'
        'Select-ImageSet'
        'Show-Progress'
        'Test-PendingReboot'
        'Write-Document'
        'Write-ManifestEvent'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
}
