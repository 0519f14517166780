function Invoke-ForeignScript {
    # Runs a script of another maker in a runspace of its own, under the preferences that it was written for, and fails where it
    # ends with an error or not in time. A call that cannot be stopped ends with the process.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Path,
        [Parameter(Mandatory = $true)] [hashtable]$Argument,
        [Parameter(Mandatory = $true)] [double]$TimeoutSeconds
    )
    $call = { param($Path, $Argument) & $Path @Argument; if (-not $?) { throw "'$Path' ended with an error." } }
    $shell = [powershell]::Create().AddScript([string]$call).AddArgument($Path).AddArgument($Argument)
    $running = $shell.BeginInvoke()
    if (-not $running.AsyncWaitHandle.WaitOne([int](1000 * $TimeoutSeconds))) {
        $null = $shell.BeginStop($null, $null)
        throw "'$Path' did not end within $TimeoutSeconds s and was stopped."
    }
    try { $lines = $shell.EndInvoke($running) }
    catch { throw $_.Exception.GetBaseException().Message }
    finally { $shell.Dispose() }
    $lines | ForEach-Object { Show-Progress ([string]$_) }
}
