function Assert-Release {
    <#
    .SYNOPSIS
    Fails where this Windows is not of the release and edition that was ordered.
    .PARAMETER ExpectedBuild
    The build of the release, such as 20348.
    .PARAMETER Os
    Release and edition in one, such as SERVER_2022_CORE.
    .EXAMPLE
    Assert-Release -ExpectedBuild 20348 -Os SERVER_2022_CORE
    .OUTPUTS
    PSCustomObject: what Get-HostVersion found.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [int]$ExpectedBuild,
        [Parameter(Mandatory = $true)] [string]$Os
    )
    $version = Get-HostVersion
    if ($version.build -ne $ExpectedBuild) {
        throw (ConvertTo-StepError 'WRONG_RELEASE' ("The host is $($version.osVersion), and this pipeline bakes build " +
            "$ExpectedBuild. Its base image is of another release."))
    }
    $found = (Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion').InstallationType
    $wanted = 'Server'
    if ($Os -match '_CORE$') { $wanted = 'Server Core' }
    if ($found -ne $wanted) {
        throw (ConvertTo-StepError 'WRONG_RELEASE' ("The host's InstallationType is '$found', and this pipeline bakes $Os, whose " +
            "is '$wanted'. Its base image is of another edition."))
    }
    return $version
}
