# Leaves: the launch agent (EC2Launch v1 or v2) in the state in which user data runs on the next boot.
# Needs: nothing.
[CmdletBinding()]
param()
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

try {
    Initialize-Launch
    exit 0
}
catch {
    [Console]::Error.WriteLine("Initialize-Launch: $(Format-Failure $_)")
    exit 1
}
