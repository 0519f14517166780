# Leaves: nothing; prints the id of this instance, under which it may write its document to S3, and nothing else.
# Needs: the instance metadata service, version 2, can be reached.
[CmdletBinding()]
param()
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

try {
    Get-InstanceId
    exit 0
}
catch {
    [Console]::Error.WriteLine("Get-DocumentKey: $(Format-Failure $_)")
    exit 1
}
