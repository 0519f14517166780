# Leaves: every image of the chosen set in Docker's store under its tags, and saved-images.json in the work folder.
# Needs: Docker runs; image-set.json was written for the very version that this Windows has.
[CmdletBinding()]
param(
    [string]$Registry = 'mcr.microsoft.com',
    [double]$RetrySeconds = 10,
    [string]$WorkFolder = 'C:\ProgramData\Winbake'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

try {
    $set = Read-Document -Path (Join-Path $WorkFolder 'image-set.json') -Schema 'winbake.image-set/1'
    Assert-HostRevision -Expected $set.host.osVersion
    $lowest = Get-FreeByte
    $images = @(foreach ($image in $set.images) {
        Save-Image -Image $image -Registry $Registry -RetrySeconds $RetrySeconds
        $lowest = [Math]::Min($lowest, (Get-FreeByte))
    })
    Assert-HostRevision -Expected $set.host.osVersion
    Write-Document -Path (Join-Path $WorkFolder 'saved-images.json') -Document ([ordered]@{
        schema          = 'winbake.saved-images/1'
        images          = $images
        freeBytesLowest = $lowest
    })
    Write-Host "Saved $($images.Count) images; at the least $lowest bytes were free."
    exit 0
}
catch {
    [Console]::Error.WriteLine("Save-Image: $(Format-Failure $_)")
    exit 1
}
