# Leaves: nothing; prints the id of this instance, under which it may write documents to S3, and nothing else.
# Needs: the instance metadata service, version 2, can be reached; it also runs after a failure of any step.
[CmdletBinding()]
param([string]$WorkFolder = 'C:\ProgramData\Winbake')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Get-DocumentKey'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step -AfterFailureOf '*'
    $key = Get-InstanceId
    Exit-Step @step
    # It becomes part of a key in S3, and nothing says that AWSTOE takes away the line break of an output.
    [Console]::Out.Write($key)
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
