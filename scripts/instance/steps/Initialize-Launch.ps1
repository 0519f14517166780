# Leaves: the launch agent (EC2Launch v1 or v2) in the state in which user data runs on the next boot.
# Needs: nothing.
[CmdletBinding()]
param(
    # How long the agent's own program or script may take.
    [double]$TimeoutSeconds = 240,
    [string]$WorkFolder = 'C:\ProgramData\Winbake'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Initialize-Launch'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step
    Initialize-Launch -TimeoutSeconds $TimeoutSeconds
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
