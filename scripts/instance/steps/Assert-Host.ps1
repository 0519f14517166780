# Leaves: host.json, with the exact version of this Windows and when it was first read; the update services held.
# Needs: updates are installed and no restart is pending; release, edition and revision are the expected ones; Docker runs.
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [int]$ExpectedBuild,
    [Parameter(Mandatory = $true)] [string]$Os,
    [double]$DockerWaitSeconds = 300,
    [string]$WorkFolder = 'C:\ProgramData\Winbake'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Assert-Host'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step
    $waiting = @(Get-PendingReboot)
    foreach ($one in @($waiting | Where-Object { -not $_.blocking })) { Show-Progress "Stops nothing, but asks for a restart: $($one.name)" }
    $pending = @($waiting | Where-Object { $_.blocking } | ForEach-Object { $_.name })
    if ($pending.Count -gt 0) {
        throw (ConvertTo-StepError 'RESTART_PENDING' ("A restart is pending ($($pending -join ', ')), so the " +
            'registry may show a revision that is not running yet. A component that needs a restart must restart by itself.'))
    }
    $version = Assert-Release -ExpectedBuild $ExpectedBuild -Os $Os
    $file = Join-Path $WorkFolder 'host.json'
    if (Test-Path -LiteralPath $file) {
        Assert-HostRevision -Expected (Read-Document -Path $file -Schema 'winbake.host/1').osVersion
    }
    $catalog = Join-Path $WorkFolder 'catalog.json'
    if (Test-Path -LiteralPath $catalog) { Assert-Clock -NotBefore (Get-CatalogInstant -Path $catalog) }
    Suspend-UpdateService -WorkFolder $WorkFolder
    Assert-Docker -Build $version.build -WaitSeconds $DockerWaitSeconds
    if (-not (Test-Path -LiteralPath $file)) {
        $record = [ordered]@{ schema = 'winbake.host/1'; osVersion = $version.osVersion; at = Get-Instant }
        Write-Document -Path $file -Document $record
    }
    Show-Progress "The host is $($version.osVersion)."
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
