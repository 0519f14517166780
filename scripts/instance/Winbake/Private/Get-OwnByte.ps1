function Get-OwnByte {
    # What docker still fetches of an own image when all others of its set are there: the layers that none of them has, where the catalog knows
    # its layers; else all of it.
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Catalog,
        [Parameter(Mandatory = $true)] [pscustomobject]$Image,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]]$Other
    )
    $layers = @(Get-ObservedLayer -Catalog $Catalog -Image $Image)
    if ($layers.Count -eq 0) { return Get-CompressedByte -Catalog $Catalog -Image $Image }
    $there = @{}
    foreach ($one in $Other) { foreach ($layer in @(Get-ObservedLayer -Catalog $Catalog -Image $one)) { $there[[string]$layer.digest] = $true } }
    $sum = [long]0
    foreach ($layer in $layers) { if (-not $there.ContainsKey([string]$layer.digest)) { $sum += [long]$layer.bytes } }
    return $sum
}
