function Get-CompressedByte {
    # The sum of the sizes that the catalog observed for these images: what the pulls transfer at most, since Docker gets a
    # layer that two images share only once.
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Catalog,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]]$Image
    )
    $sum = [long]0
    foreach ($one in $Image) {
        $sizes = @($Catalog.observations |
            Where-Object { $_.repository -eq $one.repository -and $_.digest -eq $one.digest -and $_.compressedBytes } |
            ForEach-Object { [long]$_.compressedBytes })
        if ($sizes.Count -gt 0) { $sum += $sizes[-1] }
    }
    return $sum
}
