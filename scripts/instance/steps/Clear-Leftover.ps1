# Leaves: Docker stopped, no network of containers; no state of an ECS agent, no downloads of Windows Update, no temp.
# Needs: host.json tells when the bake began; the update services are held.
[CmdletBinding()]
param(
    [double]$TimeoutSeconds = 180,
    [string]$WorkFolder = 'C:\ProgramData\Winbake'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Clear-Leftover'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step
    $begun = [DateTime]::Parse((Get-Instant -Value (Read-Document -Path (Join-Path $WorkFolder 'host.json') -Schema 'winbake.host/1').at))
    Clear-Docker -TimeoutSeconds $TimeoutSeconds
    if (@(Get-Service | Where-Object { $_.Name -eq 'AmazonECS' }).Count -gt 0) { Switch-Service -Name 'AmazonECS' -Status 'Stopped' }
    foreach ($name in 'data', 'log', 'cache') { Clear-Folder -Path (Join-Path $env:ProgramData "Amazon\ECS\$name") }
    Clear-Folder -Path (Join-Path $env:ProgramData 'docker\tmp') -SkipLocked
    Clear-Folder -Path (Join-Path $env:SystemRoot 'SoftwareDistribution\Download') -SkipLocked
    # What was written since then may be in use by whoever runs this bake.
    Clear-Folder -Path (Join-Path $env:SystemRoot 'Temp') -OlderThan $begun.ToUniversalTime() -SkipLocked
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
