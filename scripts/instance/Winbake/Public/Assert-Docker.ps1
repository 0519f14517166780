function Assert-Docker {
    <#
    .SYNOPSIS
    Fails unless Docker runs, is new enough for this release and has its network "nat"; starts what is stopped, and makes the network
    anew where it is missing.
    .DESCRIPTION
    After a restart the engine needs some time before it answers, so this waits for it. Older engines than 20.10 lack
    "docker run --pull"; 25.0 is the first that AWS ships on Windows Server 2025.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-windows-ami-versions.html
    .PARAMETER Build
    The build of this Windows.
    .PARAMETER WaitSeconds
    How long the engine may take to answer.
    .EXAMPLE
    Assert-Docker -Build 20348 -WaitSeconds 120
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [int]$Build,
        [Parameter(Mandatory = $true)] [double]$WaitSeconds
    )
    $text = Wait-Docker -WaitSeconds $WaitSeconds
    $least = [version]'20.10'
    if ($Build -ge 26100) { $least = [version]'25.0' }
    if ($text -notmatch '^([0-9]+\.[0-9]+)' -or [version]$Matches[1] -lt $least) {
        throw (ConvertTo-StepError 'DOCKER_UNUSABLE' ("The Docker engine is '$text'; build $Build needs $least or newer. Take a " +
            "newer base image."))
    }
    $null = Confirm-HostNetwork -WaitSeconds $WaitSeconds
}
