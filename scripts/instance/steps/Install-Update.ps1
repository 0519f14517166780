# Leaves: Windows up to date as the policy wants it, its update services held; updates.json, what was installed.
# Needs: Windows Update can be reached. 3010 asks for a restart, after which this runs again.
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [int]$ExpectedBuild,
    [ValidateSet('security', 'all', 'none')] [string]$Policy = 'security',
    [string]$Include = 'none',
    [string]$Exclude = 'none',
    [int]$MostRounds = 5,
    [double]$PauseSeconds = 5,
    [string]$WorkFolder = 'C:\ProgramData\Winbake'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Install-Update'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step
    # A run that was cut short may have held them already.
    Resume-UpdateService -WorkFolder $WorkFolder
    $choice = @{ Policy = $Policy; Include = $Include; Exclude = $Exclude; PauseSeconds = $PauseSeconds }
    if (Install-Update -ExpectedBuild $ExpectedBuild -Choice $choice -MostRounds $MostRounds -WorkFolder $WorkFolder) {
        Exit-Step @step
        exit 3010
    }
    Suspend-UpdateService -WorkFolder $WorkFolder
    Show-Progress "Windows is at $((Get-HostVersion).osVersion); nothing that the policy '$Policy' takes is missing."
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
