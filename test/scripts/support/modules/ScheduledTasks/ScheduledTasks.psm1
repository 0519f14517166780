# Stands for the module of that name of Windows, as far as the scripts use it; for these tests only. A task is written down, not run.
function New-ScheduledTaskAction { param([string]$Execute, [string]$Argument) return "$Execute $Argument" }

function New-ScheduledTaskTrigger {
    param([switch]$Once, [DateTime]$At)
    if (-not $Once) { throw 'No trigger of that kind is simulated.' }
    return $At
}

function New-ScheduledTaskSettingsSet { param([switch]$StartWhenAvailable) return $StartWhenAvailable.IsPresent }

function New-ScheduledTaskPrincipal {
    param([string]$UserId, [ValidateSet('ServiceAccount')] [string]$LogonType, [ValidateSet('Highest')] [string]$RunLevel)
    return $UserId
}

function Register-ScheduledTask {
    param([string]$TaskName, [string]$Action, [DateTime]$Trigger, [bool]$Settings, [string]$Principal, [switch]$Force)
    if (-not $Force) { throw 'A task of that name may be there.' }
    $task = [ordered]@{ name = $TaskName; action = $Action; as = $Principal; later = $Settings }
    $task.seconds = [Math]::Round(($Trigger - [DateTime]::Now).TotalSeconds)
    $file = [IO.Path]::Combine($env:WINBAKE_SIMULATED_HOST, 'tasks.jsonl')
    [IO.File]::AppendAllText($file, (ConvertTo-Json -InputObject $task -Compress) + "`n")
}
