# Leaves: host.json in the work folder, with the exact version of this Windows and when it was read.
# Needs: updates are installed and the machine has restarted since; no restart is pending; the build is the expected one.
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [int]$ExpectedBuild,
    [string]$WorkFolder = 'C:\ProgramData\Winbake'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

try {
    if (Test-PendingReboot) {
        throw 'A restart is pending, so the registry may show a revision that is not running yet. Restart before this step.'
    }
    $version = Get-HostVersion
    if ($version.build -ne $ExpectedBuild) {
        throw "The host is $($version.osVersion), and this pipeline bakes build $ExpectedBuild. Its base image is of another release."
    }
    Write-Document -Path (Join-Path $WorkFolder 'host.json') -Document ([ordered]@{
        schema    = 'winbake.host/1'
        osVersion = $version.osVersion
        at        = Get-Instant
    })
    Write-Host "The host is $($version.osVersion)."
    exit 0
}
catch {
    [Console]::Error.WriteLine("Assert-Host: $(Format-Failure $_)")
    exit 1
}
