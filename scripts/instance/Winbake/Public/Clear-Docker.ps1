function Clear-Docker {
    <#
    .SYNOPSIS
    Stops Docker and takes away the networks of containers, those of users and Docker's own; the images stay.
    .DESCRIPTION
    A network of this machine's adapters has no meaning on another one. Docker makes "nat" afresh when it starts.
    .PARAMETER TimeoutSeconds
    How long Docker's service may take to stop, and each of its answers.
    .EXAMPLE
    Clear-Docker -TimeoutSeconds 180
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [double]$TimeoutSeconds)
    $limit = @{ TimeoutSeconds = $TimeoutSeconds }
    if ((Get-Service -Name 'docker').Status -eq 'Running') {
        $list = 'network', 'ls', '--filter', 'type=custom', '--format', '{{.Name}}'
        foreach ($name in @(Invoke-Native -FilePath 'docker' -ArgumentList $list @limit | Where-Object { $_.Trim() -ne '' })) {
            $null = Invoke-Native -FilePath 'docker' -ArgumentList 'network', 'rm', $name.Trim() @limit
            Show-Progress "Removed Docker's network $($name.Trim())"
        }
    }
    Switch-Service -Name 'docker' -Status 'Stopped' @limit
    Show-Progress 'Docker is stopped'
    Clear-HostNetwork
}
