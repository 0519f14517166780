function Wait-Docker {
    # The version of the Docker engine. Starts its service where it is stopped and asks again until the engine answers or the
    # time is up: on a first boot its disk is read from a snapshot, so that a start may take minutes, or be given up by Windows.
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [double]$WaitSeconds)
    if (@(Get-Service | Where-Object { $_.Name -eq 'docker' }).Count -eq 0) {
        throw (ConvertTo-StepError 'DOCKER_UNUSABLE' ("This Windows has no service 'docker'. The base image must be an " +
            "ECS-optimized one, or have Docker installed."))
    }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    for ($attempt = 0; ; $attempt++) {
        $service = Get-Service -Name 'docker'
        try {
            # One that is starting is left alone.
            if ($service.Status -eq 'Stopped') {
                if ($service.StartType -eq 'Disabled') { throw "The service 'docker' is disabled, and cannot be started." }
                $service.Start()
            }
            # A call that came before the engine listened may hang for ever, where the next one is answered.
            $limit = [Math]::Max(5, [Math]::Min(10 * [Math]::Pow(2, $attempt), $WaitSeconds - $watch.Elapsed.TotalSeconds))
            $asked = 'version', '--format', '{{.Server.Version}}'
            return (@(Invoke-Native -FilePath 'docker' -ArgumentList $asked -TimeoutSeconds $limit -MustAnswer) -join '').Trim()
        }
        catch {
            $reason = $_.Exception.Message
            if ($service.Status -eq 'Stopped' -and $service.StartType -eq 'Disabled') {
                throw (ConvertTo-StepError 'DOCKER_UNUSABLE' $reason)
            }
        }
        if ($watch.Elapsed.TotalSeconds -ge $WaitSeconds) {
            throw (ConvertTo-StepError 'DOCKER_UNUSABLE' "The Docker engine does not answer after $WaitSeconds s. $reason")
        }
        Start-Sleep -Milliseconds ([int][Math]::Min(2000, 1000 * $WaitSeconds / 2 + 1))
    }
}
