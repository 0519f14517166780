# Leaves: nothing; fails where sysprep would, and says what stands in its way.
# Needs: nothing.
[CmdletBinding()]
param()
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

try {
    $blockers = @(Get-SysprepBlocker)
    if ($blockers.Count -gt 0) { throw "Sysprep would fail. $($blockers -join ' ')" }
    Show-Progress 'Nothing stands in the way of sysprep.'
    exit 0
}
catch {
    [Console]::Error.WriteLine("Assert-Sysprep: $(Format-Failure $_)")
    exit 1
}
