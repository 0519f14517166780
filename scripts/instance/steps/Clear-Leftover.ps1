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
    # The first round of updates began before the host was recorded.
    $begun = (Read-UpdateRecord -WorkFolder $WorkFolder).at
    $recorded = Get-Instant -Value (Read-Document -Path (Join-Path $WorkFolder 'host.json') -Schema 'winbake.host/1').at
    if ([string]::CompareOrdinal($recorded, $begun) -lt 0) { $begun = $recorded }
    Clear-Docker -TimeoutSeconds $TimeoutSeconds
    if (@(Get-Service | Where-Object { $_.Name -eq 'AmazonECS' }).Count -gt 0) { Switch-Service -Name 'AmazonECS' -Status 'Stopped' }
    # Its cache holds the agent itself: without it each host would get one from S3, of another version.
    foreach ($name in 'data', 'log') { Clear-Folder -Path (Join-Path $env:ProgramData "Amazon\ECS\$name") }
    Clear-Folder -Path (Join-Path $env:ProgramData 'docker\tmp') -SkipLocked
    Clear-Folder -Path (Join-Path $env:SystemRoot 'SoftwareDistribution\Download') -SkipLocked
    # AWSTOE works in TOE_* while it runs this, and what was written since the bake began may be in use by others too.
    # https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-component-manager.html
    $since = [DateTime]::Parse($begun).ToUniversalTime()
    Clear-Folder -Path (Join-Path $env:SystemRoot 'Temp') -OlderThan $since -Keep 'TOE_*', 'awstoe*', 'Amazon*' -SkipLocked
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
