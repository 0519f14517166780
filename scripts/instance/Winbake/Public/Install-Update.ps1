function Install-Update {
    <#
    .SYNOPSIS
    Brings Windows one round further on its way to being up to date: installs what is missing, or asks for a restart.
    .DESCRIPTION
    To be called again after each restart, until it returns false. The build must stay: a bake is no upgrade.

    A restart heals much of what Windows Update reports: another installation that runs, an update that waits for the restart of
    an earlier one, a service that is stuck. So what fails gets one, and only what fails again in a later round ends the bake.
    .PARAMETER ExpectedBuild
    The build of the release that is baked.
    .PARAMETER Choice
    Policy, Include, Exclude and PauseSeconds, see Invoke-UpdateRound.
    .PARAMETER MostRounds
    So many restarts may be needed.
    .PARAMETER WorkFolder
    The folder of updates.json.
    .EXAMPLE
    Install-Update -ExpectedBuild 20348 -Choice $choice -MostRounds 5 -WorkFolder C:\ProgramData\Winbake
    .OUTPUTS
    System.Boolean. True where a restart is needed.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [int]$ExpectedBuild,
        [Parameter(Mandatory = $true)] [hashtable]$Choice,
        [Parameter(Mandatory = $true)] [int]$MostRounds,
        [Parameter(Mandatory = $true)] [string]$WorkFolder
    )
    $record = Read-UpdateRecord -WorkFolder $WorkFolder
    $version = Get-HostVersion
    if ($version.build -ne $ExpectedBuild) {
        throw (ConvertTo-StepError 'WRONG_RELEASE' ("The host is $($version.osVersion), before its updates it was " +
            "$($record.osVersionBefore), and this pipeline bakes build $ExpectedBuild. Take a base image of that release, or " +
            'exclude the upgrade.'))
    }
    $pending = @(Get-PendingReboot | Where-Object { $_.blocking -or $record.restartedFor -notcontains $_.name })
    $record.restartedFor = @($record.restartedFor) + @($pending | Where-Object { -not $_.blocking } | ForEach-Object { $_.name })
    $reasons = @($pending | ForEach-Object { $_.name })
    if ($reasons.Count -eq 0) {
        $round = Invoke-FailingRound -Record $record -Choice $Choice
        $record.installed = @($record.installed) + @($round.installed)
        $record.failed = @($record.failed) + @($round.failed | ForEach-Object { $_.title })
        $reasons = @($round.installed | ForEach-Object { $_.kb }) + @($round.failed | ForEach-Object { "failed $($_.kb)" })
    }
    $record.rounds += [int]($reasons.Count -gt 0)
    Write-Document -Path (Join-Path $WorkFolder 'updates.json') -Document $record
    if ($record.rounds -gt $MostRounds) {
        throw (ConvertTo-StepError 'RESTART_PENDING' ("Windows wants a restart after each of $MostRounds rounds of updates; " +
            "now for: $($reasons -join ', ')."))
    }
    if ($reasons.Count -eq 0) { return $false }
    Show-Progress "Restarts for: $($reasons -join ', ') (round $($record.rounds) of $MostRounds)"
    return $true
}
