function Get-OwnByte {
    # What docker still fetches of an own image when all others of its set are there: the layers that are not among theirs, where the catalog
    # knows its layers; else all of it.
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Catalog,
        [Parameter(Mandatory = $true)] [pscustomobject]$Image,
        # The digests of the layers that are there.
        [Parameter(Mandatory = $true)] [hashtable]$Present
    )
    $layers = @(Get-ObservedLayer -Catalog $Catalog -Image $Image)
    if ($layers.Count -eq 0) { return Get-CompressedByte -Catalog $Catalog -Image $Image }
    $sum = [long]0
    foreach ($layer in $layers) { if (-not $Present.ContainsKey([string]$layer.digest)) { $sum += [long]$layer.bytes } }
    return $sum
}
