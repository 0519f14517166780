# Leaves: image-set.json, the chosen image set with the mode of each image on this host; and the image manifest, begun.
# Needs: order.json and catalog.json were downloaded to the work folder, host.json was written; no restart is pending.
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string]$Os,
    [string]$WorkFolder = 'C:\ProgramData\Winbake'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Select-ImageSet'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step
    $order = Read-Document -Path (Join-Path $WorkFolder 'order.json') -Schema 'winbake.order/1'
    $catalog = Read-Document -Path (Join-Path $WorkFolder 'catalog.json') -Schema 'winbake.catalog/1'
    $version = Get-HostVersion
    $chosen = Select-ImageSet -Set @($catalog.sets) -HostVersion $version -Order $order
    $document = Format-ImageSet -Chosen $chosen -Catalog $catalog -HostVersion $version
    Write-Document -Path (Join-Path $WorkFolder 'image-set.json') -Document $document
    # The manifest of an earlier bake, which the base AMI may have brought along, must not pass for this one's.
    Write-Document -Path (Join-Path $WorkFolder 'image-manifest.json') -Document (Get-ImageManifest -WorkFolder $WorkFolder -Os $Os)
    Show-Progress "Chose image set $($chosen.id) for $($version.osVersion)."
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
