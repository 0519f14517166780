function Get-HostVersion {
    <#
    .SYNOPSIS
    Reads the exact version of this Windows: CurrentBuild and UBR of the registry.
    .DESCRIPTION
    BuildLabEx is not read: since Windows Server 2019 it tells the revision of the first release for ever.
    .EXAMPLE
    (Get-HostVersion).osVersion
    .OUTPUTS
    PSCustomObject with build, revision (numbers) and osVersion (10.0.<build>.<revision>).
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param()
    $values = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
    return ConvertTo-OsVersion -Text "10.0.$($values.CurrentBuild).$($values.UBR)"
}
