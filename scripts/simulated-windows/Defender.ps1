# The exclusions of Microsoft Defender, which host.json keeps ("scanExclusions": { "path": [], "process": [] }). "defender" says how
# it is: "absent" has no commands, "stopped" fails each call, "protected" takes no change and says nothing.
#   https://learn.microsoft.com/powershell/module/defender/remove-mppreference?view=windowsserver2016-ps
#   https://learn.microsoft.com/defender-endpoint/prevent-changes-to-security-settings-with-tamper-protection

function Get-DefenderCondition {
    $known = (Get-HostState).PSObject.Properties['defender']
    if ($null -eq $known) { return 'running' }
    return [string]$known.Value
}

function Get-DefenderCommand {
    if ((Get-DefenderCondition) -ne 'absent') { 'Add-MpPreference', 'Get-MpPreference', 'Remove-MpPreference' }
}

function Get-ScanExclusion {
    if ((Get-DefenderCondition) -eq 'stopped') { throw 'Operation failed with the following error: 0x800106ba' }
    $known = (Get-HostState).PSObject.Properties['scanExclusions']
    if ($null -eq $known) { return [pscustomobject]@{ path = @(); process = @() } }
    return $known.Value
}

function Get-MpPreference {
    [CmdletBinding()]
    param()
    $all = Get-ScanExclusion
    [pscustomobject]@{ ExclusionPath = [string[]]@($all.path); ExclusionProcess = [string[]]@($all.process) }
}

function Add-MpPreference {
    [CmdletBinding()]
    param([string[]]$ExclusionPath = @(), [string[]]$ExclusionProcess = @(), [switch]$Force)
    $null = $Force
    $all = Get-ScanExclusion
    if ((Get-DefenderCondition) -eq 'protected') { return }
    Set-HostProperty 'scanExclusions' ([pscustomobject]@{
        path    = @(@($all.path) + $ExclusionPath | Select-Object -Unique)
        process = @(@($all.process) + $ExclusionProcess | Select-Object -Unique)
    })
}

function Remove-MpPreference {
    [CmdletBinding()]
    param([string[]]$ExclusionPath = @(), [string[]]$ExclusionProcess = @(), [switch]$Force)
    $null = $Force
    $all = Get-ScanExclusion
    foreach ($one in $ExclusionPath) { if (@($all.path) -notcontains $one) { throw "The exclusion '$one' is not in the list." } }
    if ((Get-DefenderCondition) -eq 'stuck') { return }
    Set-HostProperty 'scanExclusions' ([pscustomobject]@{
        path    = @(@($all.path) | Where-Object { $ExclusionPath -notcontains $_ })
        process = @(@($all.process) | Where-Object { $ExclusionProcess -notcontains $_ })
    })
}
