function Save-Image {
    <#
    .SYNOPSIS
    Pulls one image of the chosen set by its digest, gives it its tags, and checks that it is what was planned.
    .PARAMETER Image
    The image, as image-set.json holds it.
    .PARAMETER Registry
    Where to pull from; the tags name mcr.microsoft.com whatever this is.
    .PARAMETER RetrySeconds
    How long to wait before the second attempt at a pull that failed.
    .EXAMPLE
    Save-Image -Image $chosen.images[0] -Registry mcr.microsoft.com -RetrySeconds 5
    .OUTPUTS
    OrderedDictionary: the image's entry in the image manifest.
    #>
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Image,
        [Parameter(Mandatory = $true)] [string]$Registry,
        [Parameter(Mandatory = $true)] [double]$RetrySeconds
    )
    $source = "$Registry/$($Image.repository)@$($Image.digest)"
    Show-Progress "Pulling $($Image.family) $($Image.osVersion) ($($Image.mode)): $source"
    $seconds = Invoke-ImagePull -Reference $source -RetrySeconds $RetrySeconds
    $local = Get-LocalImage -Reference $source
    if ($local.osVersion -ne $Image.osVersion) {
        throw "$source is an image of $($local.osVersion); the catalog says $($Image.osVersion)."
    }
    if ($local.digests -notcontains $Image.digest) {
        throw "$source came with the digests '$($local.digests -join ', ')'; planned was $($Image.digest)."
    }
    foreach ($reference in Get-ImageReference -Image $Image) {
        $null = Invoke-Native -FilePath 'docker' -ArgumentList 'tag', $source, $reference
        Show-Progress "Tagged $reference"
    }
    Show-Progress "Saved $($Image.family): $($local.bytesOnDisk) bytes on disk, pulled in $seconds s"
    return [ordered]@{
        family      = $Image.family
        repository  = $Image.repository
        tag         = $Image.tag
        aliases     = [string[]]@($Image.aliases)
        digest      = $Image.digest
        imageId     = $local.imageId
        osVersion   = $Image.osVersion
        mode        = $Image.mode
        bytesOnDisk = $local.bytesOnDisk
        pullSeconds = $seconds
    }
}
