function Install-Update {
    <#
    .SYNOPSIS
    Brings Windows one round further on its way to being up to date: installs what is missing, or asks for a restart.
    .DESCRIPTION
    To be called again after each restart, until it returns false. The build must stay: a bake is no upgrade.
    .PARAMETER ExpectedBuild
    The build of the release that is baked.
    .PARAMETER Policy
    What is installed, see Invoke-UpdateRound.
    .PARAMETER Include
    A list such as KB5066782,KB5066136, or none.
    .PARAMETER Exclude
    A list such as KB5066782,KB5066136, or none.
    .PARAMETER MostRounds
    So many restarts may be needed.
    .PARAMETER WorkFolder
    The folder of updates.json.
    .EXAMPLE
    Install-Update -ExpectedBuild 20348 -Policy security -Include none -Exclude none -MostRounds 5 -WorkFolder C:\ProgramData\Winbake
    .OUTPUTS
    System.Boolean. True where a restart is needed.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [int]$ExpectedBuild,
        [Parameter(Mandatory = $true)] [string]$Policy,
        [Parameter(Mandatory = $true)] [string]$Include,
        [Parameter(Mandatory = $true)] [string]$Exclude,
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
    $reasons = @(Get-PendingReboot | Where-Object { $_.blocking -or $record.renames -eq 0 } | ForEach-Object { $_.name })
    if ($reasons -contains 'PendingFileRenameOperations') { $record.renames = 1 }
    if ($reasons.Count -eq 0) {
        $installed = @(Invoke-UpdateRound -Policy $Policy -Include $Include -Exclude $Exclude)
        $record.installed = @($record.installed) + $installed
        $reasons = @($installed | ForEach-Object { $_.kb })
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
