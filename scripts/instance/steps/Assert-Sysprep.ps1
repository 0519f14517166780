# Leaves: nothing; fails where sysprep would, and says what stands in its way, and where the AMI would hold a login of docker.
# Needs: nothing.
[CmdletBinding()]
param([string]$WorkFolder = 'C:\ProgramData\Winbake')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Assert-Sysprep'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step
    $blockers = @(Get-SysprepBlocker)
    if ($blockers.Count -gt 0) {
        throw (ConvertTo-StepError 'SYSPREP_BLOCKED' "Sysprep would fail. $($blockers -join ' ')")
    }
    $logins = @(Get-DockerLogin)
    if ($logins.Count -gt 0) { throw (ConvertTo-StepError 'LOGIN_LEFT' "A login would be part of the AMI: $($logins -join ' ')") }
    Show-Progress 'Nothing stands in the way of sysprep.'
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
