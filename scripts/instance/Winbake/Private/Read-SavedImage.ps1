function Read-SavedImage {
    # What an earlier run of the pull left: only what it did for the same set on the same host counts.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [string]$Path,
        [Parameter(Mandatory = $true)] [pscustomobject]$Set
    )
    $fresh = [pscustomobject]@{ set = $Set.set; osVersion = $Set.host.osVersion; images = @(); leftOut = @(); freeBytesLowest = Get-FreeByte }
    if (-not [IO.File]::Exists((Resolve-FilePath -Path $Path))) { return $fresh }
    $left = Read-Document -Path $Path -Schema 'winbake.saved-images/1'
    if ($left.set -ne $Set.set -or $left.osVersion -ne $Set.host.osVersion) { return $fresh }
    $fresh.images = @($left.images)
    $fresh.leftOut = @($left.leftOut)
    $fresh.freeBytesLowest = [long]$left.freeBytesLowest
    return $fresh
}
