# Leaves: image-manifest.json in the work folder, the bill of materials that stays in the AMI and goes to S3; an event entry.
# Needs: the steps before left host.json and image-set.json; it also runs, and tells how far they came, where they failed.
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string]$Os,
    [string]$WorkFolder = 'C:\ProgramData\Winbake'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Write-ImageManifest'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step -AfterFailureOf 'Save-Image'
    $manifest = Get-ImageManifest -WorkFolder $WorkFolder -Os $Os
    $finishedAt = $manifest.finishedAt
    $manifest.finishedAt = $null
    Write-Document -Path (Join-Path $WorkFolder 'image-manifest.json') -Document $manifest
    Assert-HostRevision -Expected $manifest.host.osVersion
    $progress = "$($manifest.images.Count) images for order $($manifest.order)"
    if ($null -eq $finishedAt) {
        Show-Progress "The image manifest is not finished; it holds $progress."
    }
    else {
        $manifest.finishedAt = $finishedAt
        Write-Document -Path (Join-Path $WorkFolder 'image-manifest.json') -Document $manifest
        Write-ManifestEvent -Manifest $manifest
        Show-Progress "Wrote the image manifest of $progress."
    }
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
