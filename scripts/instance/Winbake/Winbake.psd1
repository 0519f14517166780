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
        'Assert-HostRevision'
        'Format-Failure'
        'Get-FreeByte'
        'Get-HostVersion'
        'Get-InstanceId'
        'Get-Instant'
        'Invoke-Native'
        'New-ImageManifest'
        'New-Verification'
        'Read-Document'
        'Save-Image'
        'Select-ImageSet'
        'Test-PendingReboot'
        'Write-Document'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
}
