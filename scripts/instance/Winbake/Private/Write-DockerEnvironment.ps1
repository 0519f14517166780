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
    Switch-Service -Name 'docker' -Status 'Stopped'
    Switch-Service -Name 'docker' -Status 'Running'
    $null = Wait-Docker -WaitSeconds 120
}
