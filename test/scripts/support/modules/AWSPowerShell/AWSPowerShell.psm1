# Stands for the AWS Tools for PowerShell of the AWS Windows AMIs, as far as the scripts use them; for these tests only.
function Complete-ASLifecycleAction {
    param(
        [Parameter(Mandatory = $true)] [string]$AutoScalingGroupName,
        [Parameter(Mandatory = $true)] [string]$LifecycleHookName,
        [Parameter(Mandatory = $true)] [ValidateSet('CONTINUE', 'ABANDON')] [string]$LifecycleActionResult,
        [Parameter(Mandatory = $true)] [string]$InstanceId,
        [Parameter(Mandatory = $true)] [string]$Region,
        [switch]$Force
    )
    if (-not $Force) { throw 'A person would be asked.' }
    $file = [IO.Path]::Combine($env:WINBAKE_SIMULATED_HOST, 'lifecycle.txt')
    $line = "$LifecycleActionResult $AutoScalingGroupName $LifecycleHookName $InstanceId $Region"
    [IO.File]::AppendAllText($file, "$line`n")
    $calls = [IO.File]::ReadAllLines($file).Count
    if ($env:FAIL_LIFECYCLE -and $calls -le [int]$env:FAIL_LIFECYCLE_TIMES) { throw $env:FAIL_LIFECYCLE }
}

# These two are for a runspace of its own, where nothing simulates Windows.
function Get-ECRLoginCommand {
    param([Parameter(Mandatory = $true)] [string]$Region)
    . "$PSScriptRoot/../../../../../scripts/simulated-windows/Logins.ps1"
    return Get-ECRLoginCommand -Region $Region
}

function Get-SECSecretValue {
    param([Parameter(Mandatory = $true)] [string]$SecretId, [Parameter(Mandatory = $true)] [string]$Region)
    . "$PSScriptRoot/../../../../../scripts/simulated-windows/Logins.ps1"
    return Get-SECSecretValue -SecretId $SecretId -Region $Region
}
