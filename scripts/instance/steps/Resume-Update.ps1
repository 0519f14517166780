# Leaves: the update services start as they did before the bake.
# Needs: update-service.json, where they were held.
[CmdletBinding()]
param([string]$WorkFolder = 'C:\ProgramData\Winbake')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Resume-Update'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step
    Resume-UpdateService -WorkFolder $WorkFolder
    Show-Progress 'The update services start as they did before the bake.'
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
