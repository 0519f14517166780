function Test-Docker {
    # Checks that Docker and its network are there on a machine that has just booted from the AMI for the first time, and waits for
    # them as the bake and container hosts do. Without them each further check would fail for the same reason, after a time limit
    # of its own.
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param([Parameter(Mandatory = $true)] [double]$WaitSeconds)
    try {
        $detail = "the engine $(Wait-Docker -WaitSeconds $WaitSeconds) answers"
        $healed = Confirm-HostNetwork -WaitSeconds $WaitSeconds
        if ($healed -ne '') { $detail = "$detail; $healed" }
        Show-Progress "Docker: $detail"
        return [ordered]@{ name = 'docker'; ok = $true; detail = $detail }
    }
    catch {
        return [ordered]@{ name = 'docker'; ok = $false; detail = Format-Failure $_ }
    }
}
