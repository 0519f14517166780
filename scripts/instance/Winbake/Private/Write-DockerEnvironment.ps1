function Write-DockerEnvironment {
    # Replaces the environment variables of Docker's service, restarts it so that it sees them, and waits until it answers.
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]]$Line)
    $key = 'HKLM:\SYSTEM\CurrentControlSet\Services\docker'
    if ($Line.Count -gt 0) {
        $null = New-ItemProperty -LiteralPath $key -Name 'Environment' -PropertyType 'MultiString' -Value $Line -Force
    }
    elseif (@(Get-DockerEnvironment).Count -gt 0) {
        Remove-ItemProperty -LiteralPath $key -Name 'Environment'
    }
    # ECS and others depend on it: without -Force it would not stop.
    Restart-Service -Name 'docker' -Force
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            $null = Invoke-Native -FilePath 'docker' -ArgumentList 'version' -TimeoutSeconds 30
            return
        }
        catch {
            if ($watch.Elapsed.TotalSeconds -ge 120) {
                throw "Docker does not answer 120 s after its restart. $($_.Exception.Message)"
            }
            Start-Sleep -Milliseconds 2000
        }
    }
}
