function Get-SavedEntry {
    # The entry that an earlier run of the pull left for an image, where the image is still here under all its names;
    # nothing where it has to be pulled.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Image,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]]$Saved
    )
    foreach ($entry in $Saved) {
        if ($entry.family -eq $Image.family -and $entry.platformDigest -eq $Image.platformDigest -and $entry.mode -eq $Image.mode) {
            if ((Test-CachedImage -Image $entry).ok) { return $entry }
        }
    }
}
