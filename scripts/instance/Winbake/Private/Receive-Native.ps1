function Receive-Native {
    # Waits for a program that Open-Native started and gives the lines of its standard output. Fails where it ends with
    # another exit code, or not in time: then it is ended.
    [CmdletBinding()]
    [OutputType([object[]])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Native,
        [int[]]$AcceptedExitCode = @(0),
        [Parameter(Mandatory = $true)] [double]$TimeoutSeconds
    )
    $left = [int][Math]::Max(0, 1000 * $TimeoutSeconds - $Native.watch.ElapsedMilliseconds)
    if (-not $Native.process.WaitForExit($left)) {
        Close-Native -Native $Native
        throw "$($Native.text) did not end within $TimeoutSeconds s and was stopped."
    }
    $exitCode = $Native.process.ExitCode
    $output = @(Split-Line -Text $Native.output.Result)
    $errors = @(Split-Line -Text $Native.errors.Result)
    $Native.process.Dispose()
    if ($AcceptedExitCode -notcontains $exitCode) {
        $lastLines = @($output + $errors | ForEach-Object { $_.Trim() } | Where-Object { $_ -ne '' } | Select-Object -Last 5) -join ' | '
        throw "$($Native.text) ended with exit code ${exitCode}: $lastLines"
    }
    return $output
}
