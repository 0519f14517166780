function Get-DockerVersion {
    # The version of the Docker engine; asks again until it answers or the time is up.
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [double]$WaitSeconds)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            return (@(Invoke-Native -FilePath 'docker' -ArgumentList 'version', '--format', '{{.Server.Version}}') -join '').Trim()
        }
        catch {
            if ($watch.Elapsed.TotalSeconds -ge $WaitSeconds) {
                throw (ConvertTo-StepError 'DOCKER_UNUSABLE' ("The Docker engine does not answer after $WaitSeconds s. " +
                    "$($_.Exception.Message)"))
            }
            Start-Sleep -Milliseconds ([int][Math]::Min(5000, 1000 * $WaitSeconds / 2 + 1))
        }
    }
}
