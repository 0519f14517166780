# Leaves: nothing. Ends the bake where the order names an update that this Windows does not have.
# Needs: order.json was downloaded to the work folder; updates are installed and no restart is pending.
[CmdletBinding()]
param([string]$WorkFolder = 'C:\ProgramData\Winbake')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module -Name (Join-Path $PSScriptRoot '..\Winbake\Winbake.psd1') -Force

$step = @{ Name = 'Assert-Update'; WorkFolder = $WorkFolder }
try {
    Enter-Step @step
    $order = Read-Document -Path (Join-Path $WorkFolder 'order.json') -Schema 'winbake.order/1'
    $wanted = $order.PSObject.Properties['kb']
    if ($null -eq $wanted -or -not $wanted.Value) {
        Show-Progress 'The order names no update.'
    }
    else {
        $kb = $wanted.Value
        $installed = @(Get-HotFix | ForEach-Object { $_.HotFixID })
        if ($installed -notcontains $kb) {
            $has = $installed -join ', '
            if (-not $has) { $has = 'none' }
            throw (ConvertTo-StepError 'UPDATE_MISSING' ("The order wants $kb, which is not installed; " +
                "this Windows has: $has. A newer cumulative update replaces an older one: name the newest, or rebake without --kb."))
        }
        Show-Progress "$kb is installed."
    }
    Exit-Step @step
    exit 0
}
catch {
    Write-Failure @step -ErrorRecord $_
    exit 1
}
