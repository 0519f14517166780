function Get-Verification {
    <#
    .SYNOPSIS
    Finds out whether a machine that was started from the finished AMI is what the image manifest says.
    .PARAMETER WorkFolder
    The folder that holds image-manifest.json, as the AMI brought it along.
    .PARAMETER StartSeconds
    How long the start of a container may take. One that hangs must not take the verification with it.
    .EXAMPLE
    Get-Verification -WorkFolder C:\ProgramData\Winbake -StartSeconds 600
    .OUTPUTS
    OrderedDictionary: a document of winbake.verification/1; failed checks stand in it and are not thrown.
    #>
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string]$WorkFolder,
        [Parameter(Mandatory = $true)] [double]$StartSeconds
    )
    $osVersion = (Get-HostVersion).osVersion
    # Without a manifest nobody can tell which order this was.
    $order = 'unknown'
    $images = [Collections.Generic.List[object]]::new()
    $checks = [Collections.Generic.List[object]]::new()
    # Before the first container: ECS would start its agent later, and the bake must not have done so.
    $checks.Add((Test-EcsAgent))
    try {
        $manifest = Read-Document -Path (Join-Path $WorkFolder 'image-manifest.json') -Schema 'winbake.image-manifest/1'
        $order = $manifest.order
        $same = $osVersion -eq $manifest.host.osVersion
        $checks.Add([ordered]@{ name = 'host'; ok = $same; detail = "is $osVersion, baked as $($manifest.host.osVersion)" })
        foreach ($image in $manifest.images) {
            $present = Test-CachedImage -Image $image
            Show-Progress "Checked $($present.name): $($present.detail)"
            $started = Test-ContainerStart -Image $image -StartSeconds $StartSeconds
            Show-Progress "Started $($image.family) in $($started.seconds -join ' and ') s: $($started.check.detail)"
            $checks.Add($present)
            $checks.Add($started.check)
            $images.Add((Format-VerifiedImage -Image $image -Present $present.ok -Seconds $started.seconds))
        }
        $checks.Add((Test-NatNetwork -Image @($manifest.images)[0] -StartSeconds $StartSeconds))
    }
    catch {
        $checks.Add([ordered]@{ name = 'manifest'; ok = $false; detail = Format-Failure $_ })
    }
    return [ordered]@{
        schema = 'winbake.verification/1'
        order  = $order
        host   = [ordered]@{ osVersion = $osVersion }
        images = $images.ToArray()
        checks = $checks.ToArray()
    }
}
