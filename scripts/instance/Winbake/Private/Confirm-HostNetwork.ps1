function Confirm-HostNetwork {
    # Fails unless Docker has its network; makes it anew once where something is wrong with it, and says so. Gives what was done,
    # or nothing. No container may run.
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [double]$WaitSeconds)
    $fault = Get-NetworkFault -WaitSeconds ($WaitSeconds / 5)
    if ($fault -eq '') { return '' }
    Show-Progress "$fault The networks of containers are made anew."
    try {
        Switch-Service -Name 'docker' -Status 'Stopped'
        Clear-HostNetwork
        Switch-Service -Name 'docker' -Status 'Running'
        $null = Wait-Docker -WaitSeconds $WaitSeconds
        $left = Get-NetworkFault -WaitSeconds ($WaitSeconds / 5)
    }
    catch { $left = $_.Exception.Message }
    if ($left -like "The adapter of *") {
        # On this release it may have another name. Whether a container gets its address is checked later.
        Show-Progress $left
    }
    elseif ($left -ne '') {
        throw (ConvertTo-StepError 'DOCKER_UNUSABLE' ("$left Containers would have no network, and making it anew " +
            'did not help.'))
    }
    return "its network 'nat' was made anew, since: $fault"
}
