function Test-PendingReboot {
    <#
    .SYNOPSIS
    Tells whether Windows Update or the servicing of components waits for a restart.
    .DESCRIPTION
    Until then the registry may show a revision that the running system does not have.
    .EXAMPLE
    if (Test-PendingReboot) { exit 3010 }
    .OUTPUTS
    System.Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param()
    $current = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
    return (Test-Path -LiteralPath "$current\WindowsUpdate\Auto Update\RebootRequired") -or
        (Test-Path -LiteralPath "$current\Component Based Servicing\RebootPending")
}
