function Initialize-Launch {
    <#
    .SYNOPSIS
    Puts the launch agent into the state in which the next boot is a first one, so that user data runs.
    .DESCRIPTION
    EC2Launch v2 (Windows Server 2022 and later) forgets which tasks it ran once; v1 (2016 and 2019) gets its task scheduled.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2launch-v2-settings.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2launch.html
    .PARAMETER TimeoutSeconds
    How long the agent's own program or script may take.
    .EXAMPLE
    Initialize-Launch
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param([double]$TimeoutSeconds = 240)
    $second = Join-Path $env:ProgramFiles 'Amazon\EC2Launch\EC2Launch.exe'
    $first = Join-Path $env:ProgramData 'Amazon\EC2-Windows\Launch\Scripts\InitializeInstance.ps1'
    if (Test-Path -LiteralPath $second) {
        $launch = @{ FilePath = Resolve-FilePath -Path $second; TimeoutSeconds = $TimeoutSeconds }
        # Many use --block, which waits until it is done; the guide knows it of other commands only.
        try { $null = Invoke-Native @launch -ArgumentList 'reset', '--block' }
        catch {
            if ($_.Exception.Message -match 'did not end within') { throw }
            Show-Progress "EC2Launch v2 does not take --block: $($_.Exception.Message)"
            $null = Invoke-Native @launch -ArgumentList 'reset'
        }
        $mark = Join-Path $env:ProgramData 'Amazon\EC2Launch\state\.run-once'
        if (Test-Path -LiteralPath $mark) {
            throw (ConvertTo-StepError 'SYSPREP_BLOCKED' ("EC2Launch v2 was reset and '$mark' is still there: " +
                'user data would not run.'))
        }
        Show-Progress 'Reset EC2Launch v2'
    }
    elseif (Test-Path -LiteralPath $first) {
        Invoke-ForeignScript -Path (Resolve-FilePath -Path $first) -Argument @{ Schedule = $true } -TimeoutSeconds $TimeoutSeconds
        Show-Progress 'Scheduled EC2Launch v1'
    }
    else {
        throw (ConvertTo-StepError 'SYSPREP_BLOCKED' ("There is neither '$second' (EC2Launch v2) nor '$first' (v1): sysprep and " +
            "user data need one of them."))
    }
}
