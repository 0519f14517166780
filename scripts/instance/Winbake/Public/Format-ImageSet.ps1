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
    return [ordered]@{
        schema = 'winbake.image-set/1'
        set    = $Chosen.id
        target = $Chosen.target
        host   = [ordered]@{ osVersion = $HostVersion.osVersion }
        images = @(foreach ($entry in $Chosen.images) {
            $image = $entry.image
            if (Test-OwnImage -Image $image) {
                $others = @($Chosen.images | ForEach-Object { $_.image } | Where-Object { -not (Test-OwnImage -Image $_) })
                $size = Get-OwnByte -Catalog $Catalog -Image $image -Other $others
            }
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
