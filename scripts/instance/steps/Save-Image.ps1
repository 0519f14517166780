# Leaves: every image of the chosen set in Docker's store under its tags, and saved-images.json; no proxy, no login, no exclusions.
# Needs: Docker runs; image-set.json was written for the very version that this Windows has.
[CmdletBinding()]
param(
    [ValidatePattern('^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*$')] [string]$Registry = 'mcr.microsoft.com',
    [string]$Proxy = 'none',
    [double]$RetrySeconds = 10,
    [ValidateSet('exclude', 'keep')] [string]$FileScan = 'exclude',
    # HOST=ARN,HOST=ARN
    [string]$Secrets = 'none',
    [double]$StallSeconds = 600,
    [double]$TotalSeconds = 13800,
    [double]$OwnSeconds = 1800,
    [double]$ReportSeconds = 30,
    [int]$PollMilliseconds = 500,
    [string]$WorkFolder = 'C:\ProgramData\Winbake'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Save-Image'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step
    $set = Read-Document -Path (Join-Path $WorkFolder 'image-set.json') -Schema 'winbake.image-set/1'
    Assert-HostRevision -Expected $set.host.osVersion
    $limit = [pscustomobject]@{
        attempts = 5; retrySeconds = $RetrySeconds; stallSeconds = $StallSeconds; totalSeconds = $TotalSeconds; ownSeconds = $OwnSeconds
        reportSeconds = $ReportSeconds; pollMilliseconds = $PollMilliseconds; freeBytes = 4GB
    }
    $secret = @{}
    foreach ($pair in @($Secrets.Split(',') | Where-Object { $_ -ne 'none' })) {
        $server, $arn = $pair.Split('=', 2)
        $secret[$server] = $arn
    }
    Save-ImageSet -Registry $Registry -Proxy $Proxy -FileScan $FileScan -Secret $secret -Limit $limit -WorkFolder $WorkFolder
    Assert-HostRevision -Expected $set.host.osVersion
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
