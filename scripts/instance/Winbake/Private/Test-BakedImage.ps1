function Test-BakedImage {
    # Checks one image of the manifest: that it is on this machine, and that a container of it starts. Gives both checks and
    # the image's entry in the verification.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Image,
        [Parameter(Mandatory = $true)] [double]$StartSeconds
    )
    $present = Test-CachedImage -Image $Image
    Show-Progress "Checked $($present.name): $($present.detail)"
    $started = Test-ContainerStart -Image $Image -StartSeconds $StartSeconds
    Show-Progress "Started $($Image.family) in $($started.seconds -join ' and ') s: $($started.check.detail)"
    return [pscustomobject]@{
        checks = @($present, $started.check)
        entry  = Format-VerifiedImage -Image $Image -Present $present.ok -Seconds $started.seconds
    }
}
