function Get-NetworkFault {
    # What is wrong with Docker's own network, in a sentence; empty where nothing is. Docker makes "nat" before it answers, but
    # its adapter may come up later, and without that one ECS does not start its agent.
    # https://github.com/aws/amazon-ecs-agent/issues/2416
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [double]$WaitSeconds)
    try { $null = Invoke-Native -FilePath 'docker' -ArgumentList 'network', 'inspect', 'nat' -TimeoutSeconds 60 -MustAnswer }
    catch { return "Docker has no network 'nat'. $($_.Exception.Message)" }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $adapters = @(Get-NetAdapter -Name 'vEthernet (nat)*', 'vEthernet (HNS Internal NIC)*' -ErrorAction 'SilentlyContinue')
        if (@($adapters | Where-Object { [string]$_.Status -eq 'Up' }).Count -gt 0) { return '' }
        if ($watch.Elapsed.TotalSeconds -ge $WaitSeconds) { return "The adapter of Docker's network 'nat' is not up." }
        Start-Sleep -Milliseconds ([int][Math]::Min(1000, 1000 * $WaitSeconds / 4 + 1))
    }
}
