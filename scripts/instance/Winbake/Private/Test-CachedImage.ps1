function Test-CachedImage {
    # Checks that one image of the manifest is on this machine: under all its names, with its id, digest and OS version.
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param([Parameter(Mandatory = $true)] [pscustomobject]$Image)
    $faults = @(foreach ($reference in Get-ImageReference -Image $Image) {
        try {
            # Docker that has just started may say nothing, or that it is not there.
            try { $local = Get-LocalImage -Reference $reference }
            catch {
                if ($_.Exception.Message -match 'No such image') { throw }
                Show-Progress "Asks again for $reference in 2 s: $($_.Exception.Message)"
                Start-Sleep -Seconds 2
                $local = Get-LocalImage -Reference $reference
            }
            if ($local.imageId -ne $Image.imageId) { "$reference has the id $($local.imageId), not $($Image.imageId)." }
            if ($local.digests -notcontains $Image.platformDigest) { "$reference lacks the digest $($Image.platformDigest)." }
            if ($local.osVersion -ne $Image.osVersion) { "$reference is of $($local.osVersion), not $($Image.osVersion)." }
        }
        catch {
            Format-Failure $_
        }
    })
    $detail = "$($Image.platformDigest) under $(@(Get-ImageReference -Image $Image).Count) names"
    if ($faults.Count -gt 0) { $detail = $faults -join ' ' }
    return [ordered]@{ name = "image $($Image.family)"; ok = $faults.Count -eq 0; detail = $detail }
}
