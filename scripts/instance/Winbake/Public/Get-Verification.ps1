function Get-Verification {
    <#
    .SYNOPSIS
    Finds out whether a machine that was started from the finished AMI is what the image manifest says.
    .PARAMETER WorkFolder
    The folder that holds image-manifest.json, as the AMI brought it along.
    .PARAMETER Path
    Where the document is written after each check, so that one which is killed by its time limit leaves what it found.
    .PARAMETER StartSeconds
    How long the start of a container may take. One that hangs must not take the verification with it.
    .PARAMETER DockerWaitSeconds
    How long Docker may take to answer. This is the first boot of the AMI.
    .EXAMPLE
    Get-Verification -WorkFolder C:\ProgramData\Winbake -Path C:\ProgramData\Winbake\verification.json -StartSeconds 600 -DockerWaitSeconds 300
    .OUTPUTS
    OrderedDictionary: a document of winbake.verification/1; failed checks stand in it and are not thrown.
    #>
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string]$WorkFolder,
        [Parameter(Mandatory = $true)] [string]$Path,
        [Parameter(Mandatory = $true)] [double]$StartSeconds,
        [Parameter(Mandatory = $true)] [double]$DockerWaitSeconds
    )
    $osVersion = (Get-HostVersion).osVersion
    $document = [ordered]@{
        schema = 'winbake.verification/1'; order = 'unknown'; host = [ordered]@{ osVersion = $osVersion }; images = @(); checks = @()
    }
    $saving = @{ Document = $document; Path = $Path }
    # Before the first container: ECS would start its agent later, and the bake must not have done so.
    Save-Check @saving -Check (Test-EcsAgent)
    try {
        $manifest = Read-Document -Path (Join-Path $WorkFolder 'image-manifest.json') -Schema 'winbake.image-manifest/1'
        $document.order = $manifest.order
        $baked = "baked as $($manifest.host.osVersion)"
        $same = $osVersion -eq $manifest.host.osVersion
        Save-Check @saving -Check ([ordered]@{ name = 'host'; ok = $same; detail = "is $osVersion, $baked" })
        $docker = Test-Docker -WaitSeconds $DockerWaitSeconds
        Save-Check @saving -Check $docker
        if ($docker.ok) {
            foreach ($image in $manifest.images) {
                $present = Test-CachedImage -Image $image
                Show-Progress "Checked $($present.name): $($present.detail)"
                Save-Check @saving -Check $present
                # An app's image may need what is not here, and is not started.
                if (Test-OwnImage -Image $image) { $document.images += Format-VerifiedImage -Image $image -Present $present.ok -Seconds @(); continue }
                $started = Test-ContainerStart -Image $image -StartSeconds $StartSeconds
                Show-Progress "Started $($image.family) in $($started.seconds -join ' and ') s: $($started.check.detail)"
                $document.images += Format-VerifiedImage -Image $image -Present $present.ok -Seconds $started.seconds
                Save-Check @saving -Check $started.check
            }
            Save-Check @saving -Check (Test-NatNetwork -Image @($manifest.images)[0] -StartSeconds $StartSeconds)
        }
    }
    catch {
        Save-Check @saving -Check ([ordered]@{ name = 'manifest'; ok = $false; detail = Format-Failure $_ })
    }
    return $document
}
