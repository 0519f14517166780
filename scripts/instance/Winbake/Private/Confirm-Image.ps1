function Confirm-Image {
    # Checks that what was pulled is the planned image, gives it the names that apps use, and checks that each of them is
    # now this image. Gives its entry in the image manifest. docker needs no digest under the names of apps: from a mirror
    # an image keeps the mirror's, and what is compared is the digest itself.
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Image,
        [Parameter(Mandatory = $true)] [string]$Source,
        [Parameter(Mandatory = $true)] [double]$PullSeconds
    )
    $local = Get-LocalImage -Reference $Source
    if ($local.osVersion -ne $Image.osVersion) {
        throw (ConvertTo-StepError 'WRONG_IMAGE' ("$Source is an image of $($local.osVersion); the catalog says " +
            "$($Image.osVersion)."))
    }
    if ($local.digests -notcontains $Image.platformDigest) {
        throw (ConvertTo-StepError 'WRONG_IMAGE' ("$Source came with the digests '$($local.digests -join ', ')'; planned was " +
            "$($Image.platformDigest)."))
    }
    foreach ($reference in Get-ImageReference -Image $Image) {
        $null = Invoke-Native -FilePath 'docker' -ArgumentList 'tag', $Source, $reference
        $named = Get-LocalImage -Reference $reference
        if ($named.imageId -ne $local.imageId) {
            throw (ConvertTo-StepError 'WRONG_IMAGE' ("$reference is the image $($named.imageId) after it was tagged as " +
                "$($local.imageId)."))
        }
    }
    return [ordered]@{
        family         = $Image.family
        repository     = $Image.repository
        tag            = $Image.tag
        aliases        = [string[]]@($Image.aliases)
        digest         = $Image.digest
        platformDigest = $Image.platformDigest
        imageId        = $local.imageId
        osVersion      = $Image.osVersion
        mode           = $Image.mode
        bytesOnDisk    = $local.bytesOnDisk
        pullSeconds    = $PullSeconds
    }
}
