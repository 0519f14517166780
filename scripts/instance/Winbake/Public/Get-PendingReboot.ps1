function Get-PendingReboot {
    <#
    .SYNOPSIS
    Tells what waits for a restart of this Windows, and whether that forbids to go on.
    .DESCRIPTION
    Servicing and Windows Update forbid it: until the restart the registry may show a revision that the system does not have.
    Files that are to be replaced at the restart do not: some programs ask for that again at each start. Of those only the
    files of Windows itself count; what is merely to be deleted, or lies elsewhere, would stop every bake for nothing. A new
    computer name does not count either, since sysprep takes it away.
    https://github.com/dsccommunity/ComputerManagementDsc/blob/main/source/DSCResources/DSC_PendingReboot/DSC_PendingReboot.psm1
    .EXAMPLE
    if (@(Get-PendingReboot | Where-Object { $_.blocking }).Count -gt 0) { exit 3010 }
    .OUTPUTS
    PSCustomObject: name, and blocking. None where nothing waits.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param()
    $current = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
    $keys = @(
        "$current\Component Based Servicing\RebootPending"
        "$current\Component Based Servicing\RebootInProgress"
        "$current\Component Based Servicing\PackagesPending"
        "$current\WindowsUpdate\Auto Update\RebootRequired"
        'HKLM:\SOFTWARE\Microsoft\ServerManager\CurrentRebootAttempts'
    )
    foreach ($key in $keys) {
        if (Test-Path -LiteralPath $key) { [pscustomobject]@{ name = $key.Split('\')[-1]; blocking = $true } }
    }
    $session = Get-ItemProperty -LiteralPath 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager'
    if (Test-SystemFileRename -Value $session) {
        [pscustomobject]@{ name = 'PendingFileRenameOperations'; blocking = $false }
    }
}
