# Leaves: image-set.json in the work folder, with the chosen image set and the mode of each image on this host.
# Needs: order.json and catalog.json were downloaded to the work folder; no restart is pending.
[CmdletBinding()]
param([string]$WorkFolder = 'C:\ProgramData\Winbake')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

try {
    $order = Read-Document -Path (Join-Path $WorkFolder 'order.json') -Schema 'winbake.order/1'
    $catalog = Read-Document -Path (Join-Path $WorkFolder 'catalog.json') -Schema 'winbake.catalog/1'
    $version = Get-HostVersion
    $chosen = Select-ImageSet -Set @($catalog.sets) -HostVersion $version -TargetRevision $order.targetRevision
    Write-Document -Path (Join-Path $WorkFolder 'image-set.json') -Document ([ordered]@{
        schema = 'winbake.image-set/1'
        set    = $chosen.id
        target = $chosen.target
        host   = [ordered]@{ osVersion = $version.osVersion }
        images = @(foreach ($entry in $chosen.images) {
            [ordered]@{
                family = $entry.image.family; repository = $entry.image.repository; tag = $entry.image.tag
                aliases = [string[]]@($entry.image.aliases); digest = $entry.image.digest
                osVersion = $entry.image.osVersion; mode = $entry.mode
            }
        })
    })
    Write-Host "Chose image set $($chosen.id) for $($version.osVersion)."
    exit 0
}
catch {
    [Console]::Error.WriteLine("Select-ImageSet: $(Format-Failure $_)")
    exit 1
}
