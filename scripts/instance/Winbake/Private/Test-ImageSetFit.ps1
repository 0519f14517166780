function Test-ImageSetFit {
    # Whether every image of a set may run on the host: the same build, never a newer revision; Windows Server 2016 (14393)
    # supports the equal revision only.
    # https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Set,
        [Parameter(Mandatory = $true)] [pscustomobject]$HostVersion
    )
    # An extra, whose family's name holds an @, may also be of build 20348 on a host of 26100, which runs both.
    $own = @($Set.images | Where-Object {
        $HostVersion.build -ne 26100 -or $_.family -notlike '*@*' -or (ConvertTo-OsVersion -Text $_.osVersion).build -ne 20348
    })
    $versions = @($Set.target) + @($own | ForEach-Object { $_.osVersion })
    foreach ($text in $versions) {
        $version = ConvertTo-OsVersion -Text $text
        if ($version.build -ne $HostVersion.build -or $version.revision -gt $HostVersion.revision) { return $false }
    }
    if ($HostVersion.build -ne 14393) { return $true }
    $others = @($Set.images | Where-Object { (ConvertTo-OsVersion -Text $_.osVersion).revision -ne $HostVersion.revision })
    return $others.Count -eq 0
}
