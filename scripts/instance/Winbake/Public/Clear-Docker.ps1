function Clear-Docker {
    <#
    .SYNOPSIS
    Removes the networks that users made and stops Docker; the images and its own networks stay.
    .DESCRIPTION
    A network of this machine's adapters has no meaning on another one. Docker makes "nat" afresh when it starts.
    .EXAMPLE
    Clear-Docker
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param()
    if ((Get-Service -Name 'docker').Status -eq 'Running') {
        $list = 'network', 'ls', '--filter', 'type=custom', '--format', '{{.Name}}'
        foreach ($name in @(Invoke-Native -FilePath 'docker' -ArgumentList $list | Where-Object { $_.Trim() -ne '' })) {
            $null = Invoke-Native -FilePath 'docker' -ArgumentList 'network', 'rm', $name.Trim()
            Show-Progress "Removed Docker's network $($name.Trim())"
        }
        Stop-Service -Name 'docker' -Force
    }
    $status = (Get-Service -Name 'docker').Status
    if ($status -ne 'Stopped') { throw "The service 'docker' was told to stop and is $status." }
    Show-Progress 'Docker is stopped'
}
