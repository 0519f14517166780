function Clear-HostNetwork {
    # Takes away every network of containers and what the Host Networking Service remembers of them. They are bound to adapters of
    # this machine: one that an AMI brings along is adopted by Docker on the next machine, where its adapter is missing. Where HNS
    # knows none, Docker makes "nat" anew when it starts. Docker must be stopped.
    # https://github.com/aws/amazon-ecs-agent/issues/4445, https://github.com/moby/moby/blob/v25.0.6/daemon/daemon_windows.go
    # https://learn.microsoft.com/virtualization/windowscontainers/manage-docker/configure-docker-daemon#how-to-uninstall-docker
    [CmdletBinding()]
    param()
    $left = @()
    if ($null -ne (Get-Command -Name 'Get-HnsNetwork' -ErrorAction 'SilentlyContinue')) {
        Get-HnsNetwork | Remove-HnsNetwork
        $left = @(Get-HnsNetwork)
    }
    # Windows Server 2016 has the module Containers only.
    elseif ($null -ne (Get-Command -Name 'Get-ContainerNetwork' -ErrorAction 'SilentlyContinue')) {
        Get-ContainerNetwork | Remove-ContainerNetwork -Force
        $left = @(Get-ContainerNetwork)
    }
    if ($left.Count -gt 0) {
        throw (ConvertTo-StepError 'SYSPREP_BLOCKED' ("The container networks $(@($left | ForEach-Object { $_.Name }) -join ', ') could " +
            'not be removed: containers would have no network on machines from the AMI.'))
    }
    Switch-Service -Name 'hns' -Status 'Stopped'
    $data = Resolve-FilePath -Path (Join-Path $env:ProgramData 'Microsoft\Windows\HNS\HNS.data')
    if ([IO.File]::Exists($data)) { [IO.File]::Delete($data) }
    Show-Progress 'No container network is left'
}
