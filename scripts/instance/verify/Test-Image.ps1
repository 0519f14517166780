# Leaves: verification.json in the work folder, written after each check, whether they passed or not; no container and no new image.
# Needs: a machine started from the finished AMI, with image-manifest.json in the work folder.
[CmdletBinding()]
param(
    [double]$StartSeconds = 600,
    [double]$DockerWaitSeconds = 300,
    [string]$WorkFolder = 'C:\ProgramData\Winbake'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Test-Image'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step
    $limits = @{ StartSeconds = $StartSeconds; DockerWaitSeconds = $DockerWaitSeconds }
    $verification = Get-Verification -WorkFolder $WorkFolder -Path (Join-Path $WorkFolder 'verification.json') @limits
    $failed = @($verification.checks | Where-Object { -not $_.ok } | ForEach-Object { "$($_.name): $($_.detail)" })
    if ($failed.Count -gt 0) {
        throw (ConvertTo-StepError 'VERIFICATION_FAILED' ("$($failed.Count) of $($verification.checks.Count) " +
            "checks failed. $($failed -join '; ')"))
    }
    Show-Progress "All $($verification.checks.Count) checks passed on $($verification.host.osVersion)."
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
