function Get-ImageMode {
    # How well an image fits the host: the glossary's exact, previousRevision (older, because late), nearestLower.
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Image,
        [Parameter(Mandatory = $true)] [pscustomobject]$HostVersion
    )
    if ($Image.osVersion -eq "10.0.$($HostVersion.build).$($HostVersion.revision)") { return 'exact' }
    if ($Image.late) { return 'previousRevision' }
    return 'nearestLower'
}
