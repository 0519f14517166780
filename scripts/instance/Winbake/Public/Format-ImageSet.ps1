function Format-ImageSet {
    <#
    .SYNOPSIS
    Makes the document of a chosen image set, with all that the pulls need to know.
    .PARAMETER Chosen
    What Select-ImageSet gave.
    .PARAMETER Catalog
    The catalog, whose observations tell the sizes.
    .PARAMETER HostVersion
    What Get-HostVersion found.
    .EXAMPLE
    Format-ImageSet -Chosen $chosen -Catalog $catalog -HostVersion (Get-HostVersion)
    .OUTPUTS
    OrderedDictionary: a document of winbake.image-set/1.
    #>
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Chosen,
        [Parameter(Mandatory = $true)] [pscustomobject]$Catalog,
        [Parameter(Mandatory = $true)] [pscustomobject]$HostVersion
    )
    $own = @($Chosen.images | Where-Object { Test-OwnImage -Image $_.image })
    $present = @{}
    foreach ($entry in @($Chosen.images | Where-Object { $own.Count -gt 0 -and $own -notcontains $_ })) {
        foreach ($layer in @(Get-ObservedLayer -Catalog $Catalog -Image $entry.image)) { $present[[string]$layer.digest] = $true }
    }
    return [ordered]@{
        schema = 'winbake.image-set/1'
        set    = $Chosen.id
        target = $Chosen.target
        host   = [ordered]@{ osVersion = $HostVersion.osVersion }
        images = @(foreach ($entry in $Chosen.images) {
            $image = $entry.image
            if ($own -contains $entry) { $size = Get-OwnByte -Catalog $Catalog -Image $image -Present $present }
            else { $size = Get-CompressedByte -Catalog $Catalog -Image $image }
            [ordered]@{
                family          = $image.family
                repository      = $image.repository
                tag             = $image.tag
                aliases         = [string[]]@($image.aliases)
                digest          = $image.digest
                platformDigest  = $image.platformDigest
                osVersion       = $image.osVersion
                mode            = $entry.mode
                compressedBytes = $size
            }
        })
    }
}
