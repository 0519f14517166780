function Get-Verification {
    <#
    .SYNOPSIS
    Finds out whether a machine that was started from the finished AMI is what the image manifest says.
    .PARAMETER WorkFolder
    The folder that holds image-manifest.json, as the AMI brought it along.
    .PARAMETER StartSeconds
    How long the start of a container may take. One that hangs must not take the verification with it.
    .PARAMETER DockerWaitSeconds
    How long Docker may take to answer. This is the first boot of the AMI.
    .EXAMPLE
    Get-Verification -WorkFolder C:\ProgramData\Winbake -StartSeconds 600 -DockerWaitSeconds 300
    .OUTPUTS
    OrderedDictionary: a document of winbake.verification/1; failed checks stand in it and are not thrown.
    #>
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string]$WorkFolder,
        [Parameter(Mandatory = $true)] [double]$StartSeconds,
        [Parameter(Mandatory = $true)] [double]$DockerWaitSeconds
    )
    $osVersion = (Get-HostVersion).osVersion
    $order = 'unknown'
    $images = [Collections.Generic.List[object]]::new()
    $checks = [Collections.Generic.List[object]]::new()
    # Before the first container: ECS would start its agent later, and the bake must not have done so.
    $checks.Add((Test-EcsAgent))
    try {
        $manifest = Read-Document -Path (Join-Path $WorkFolder 'image-manifest.json') -Schema 'winbake.image-manifest/1'
        $order = $manifest.order
        $baked = $manifest.host.osVersion
        $docker = Test-Docker -WaitSeconds $DockerWaitSeconds
        $checks.Add([ordered]@{ name = 'host'; ok = $osVersion -eq $baked; detail = "is $osVersion, baked as $baked" })
        $checks.Add($docker)
        if ($docker.ok) {
            foreach ($image in $manifest.images) {
                $tested = Test-BakedImage -Image $image -StartSeconds $StartSeconds
                $checks.AddRange($tested.checks)
                $images.Add($tested.entry)
            }
            $checks.Add((Test-NatNetwork -Image @($manifest.images)[0] -StartSeconds $StartSeconds))
        }
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
