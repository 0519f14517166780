# Gives a PowerShell that does not run on Windows what the build machine has and the scripts use: a C: drive, a few
# registry keys, services, the free space of the disk. All of it is notified by the folder in WINBAKE_SIMULATED_HOST, which
# holds host.json and c/. Whatever is not modelled here fails and says so.
#
# Its commands have the names of Windows' own on purpose, and change nothing but host.json. So these rules of PSScriptAnalyzer do not
# count in this folder: PSAvoidOverwritingBuiltInCmdlets, PSUseShouldProcessForStateChangingFunctions.
Set-StrictMode -Version Latest

. "$PSScriptRoot/State.ps1"
. "$PSScriptRoot/Registry.ps1"
. "$PSScriptRoot/Services.ps1"
. "$PSScriptRoot/ServiceEnvironment.ps1"
. "$PSScriptRoot/Disk.ps1"
. "$PSScriptRoot/EventLog.ps1"
. "$PSScriptRoot/Updates.ps1"
. "$PSScriptRoot/Network.ps1"
. "$PSScriptRoot/Packages.ps1"
. "$PSScriptRoot/Clock.ps1"
. "$PSScriptRoot/Defender.ps1"
. "$PSScriptRoot/Logins.ps1"

Assert-NotWindows
Mount-SystemDrive

Export-ModuleMember -Function (@(
    'Get-AppxPackage'
    'Get-AppxProvisionedPackage'
    'Get-ChildItem'
    'Get-Date'
    'Get-ECRLoginCommand'
    'Get-HotFix'
    'Get-ItemProperty'
    'Get-NetAdapter'
    'Get-PSDrive'
    'Get-SECSecretValue'
    'Get-Service'
    'New-EventLog'
    'New-ItemProperty'
    'New-Object'
    'Remove-ItemProperty'
    'Restart-Service'
    'Set-Service'
    'Start-Service'
    'Stop-Service'
    'Test-Path'
    'Write-EventLog'
) + @(Get-NetworkCommand) + @(Get-DefenderCommand))
