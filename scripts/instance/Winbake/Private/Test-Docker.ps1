function Test-Docker {
    # Checks that Docker runs on a machine that has just booted from the AMI for the first time, and waits for it as the bake
    # does. Without it each further check would fail for the same reason, after a time limit of its own.
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param([Parameter(Mandatory = $true)] [double]$WaitSeconds)
    try {
        $version = Wait-Docker -WaitSeconds $WaitSeconds
        Show-Progress "Docker $version answers"
        return [ordered]@{ name = 'docker'; ok = $true; detail = "the engine $version answers" }
    }
    catch {
        return [ordered]@{ name = 'docker'; ok = $false; detail = Format-Failure $_ }
    }
}
