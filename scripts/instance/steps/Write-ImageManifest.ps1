# Leaves: image-manifest.json in the work folder, the bill of materials that stays in the AMI and goes to S3.
# Needs: the steps before left host.json and saved-images.json; this Windows still has the version of host.json.
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string]$Os,
    [string]$WorkFolder = 'C:\ProgramData\Winbake'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

try {
    $manifest = New-ImageManifest -WorkFolder $WorkFolder -Os $Os
    Assert-HostRevision -Expected $manifest.host.osVersion
    Write-Document -Path (Join-Path $WorkFolder 'image-manifest.json') -Document $manifest
    Write-Host "Wrote the image manifest of $($manifest.images.Count) images for order $($manifest.order)."
    exit 0
}
catch {
    [Console]::Error.WriteLine("Write-ImageManifest: $(Format-Failure $_)")
    exit 1
}
