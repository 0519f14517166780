function Get-PendingReboot {
    <#
    .SYNOPSIS
    Tells what waits for a restart of this Windows, and whether that forbids to go on.
    .DESCRIPTION
    Servicing and Windows Update forbid it: until the restart the registry may show a revision that the system does not have.
    Nothing else does. Files that are to be replaced at the restart are asked for again by some programs at each start, so that
    only the files of Windows itself count; what is merely to be deleted, or lies elsewhere, would stop every bake for nothing.
    Keys that no list of Microsoft's names may stay for ever. A new computer name does not count, since sysprep takes it away.
    https://github.com/dsccommunity/ComputerManagementDsc/blob/main/source/DSCResources/DSC_PendingReboot/DSC_PendingReboot.psm1
    https://github.com/rgl/packer-plugin-windows-update/blob/main/update/windows-update.ps1
    .EXAMPLE
    if (@(Get-PendingReboot | Where-Object { $_.blocking }).Count -gt 0) { exit 3010 }
    .OUTPUTS
    PSCustomObject: name, and blocking. None where nothing waits.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param()
    $current = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
    $servicing = "$current\Component Based Servicing"
    foreach ($key in "$servicing\RebootPending", "$current\WindowsUpdate\Auto Update\RebootRequired") {
        if (Test-Path -LiteralPath $key) { [pscustomobject]@{ name = $key.Split('\')[-1]; blocking = $true } }
    }
    # The key may be there without a package in it.
    if (@(Get-ChildItem -LiteralPath "$servicing\PackagesPending" -ErrorAction 'SilentlyContinue').Count -gt 0) {
        [pscustomobject]@{ name = 'PackagesPending'; blocking = $true }
    }
    foreach ($key in "$servicing\RebootInProgress", 'HKLM:\SOFTWARE\Microsoft\ServerManager\CurrentRebootAttempts') {
        if (Test-Path -LiteralPath $key) { [pscustomobject]@{ name = $key.Split('\')[-1]; blocking = $false } }
    }
    $session = Get-ItemProperty -LiteralPath 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager'
    if (Test-SystemFileRename -Value $session) {
        [pscustomobject]@{ name = 'PendingFileRenameOperations'; blocking = $false }
    }
}
