function Format-VerifiedImage {
    # An image's entry in the verification; the seconds of a start that did not happen are null.
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Image,
        [Parameter(Mandatory = $true)] [bool]$Present,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [double[]]$Seconds
    )
    $entry = [ordered]@{
        family             = $Image.family
        present            = $Present
        digest             = $Image.digest
        firstStartSeconds  = $null
        secondStartSeconds = $null
    }
    if ($Seconds.Count -gt 0) { $entry.firstStartSeconds = $Seconds[0] }
    if ($Seconds.Count -gt 1) { $entry.secondStartSeconds = $Seconds[1] }
    return $entry
}
