function Switch-Service {
    <#
    .SYNOPSIS
    Starts or stops a service, with those that depend on it, and waits for it.
    .DESCRIPTION
    Start-Service and Stop-Service wait for ever for one that hangs.
    .PARAMETER Name
    The service.
    .PARAMETER Status
    What it shall be.
    .PARAMETER TimeoutSeconds
    How long that may take.
    .EXAMPLE
    Switch-Service -Name docker -Status Stopped
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Name,
        [Parameter(Mandatory = $true)] [ValidateSet('Running', 'Stopped')] [string]$Status,
        [double]$TimeoutSeconds = 180
    )
    $service = Get-Service -Name $Name
    if ($service.Status -eq $Status) { return }
    if ($Status -eq 'Running') {
        if ($service.StartType -eq 'Disabled') { throw "The service '$Name' is disabled, and cannot be started." }
        if ($service.Status -ne 'StartPending') { $service.Start() }
    }
    elseif ($service.Status -ne 'StopPending') { $service.Stop() }
    try { $service.WaitForStatus($Status, [TimeSpan]::FromSeconds($TimeoutSeconds)) }
    catch {
        throw "The service '$Name' is $((Get-Service -Name $Name).Status) $TimeoutSeconds s after it was to be $Status."
    }
}
