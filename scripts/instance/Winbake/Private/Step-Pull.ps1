function Step-Pull {
    # One poll of the pulls: starts those whose turn it is, two at a time, waits a moment, and takes the results of those
    # that have ended or take too long.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object[]]$Pull,
        [Parameter(Mandatory = $true)] [pscustomobject]$Limit
    )
    foreach ($one in $Pull) {
        # More than two share a network that one nearly fills, and unpack on the same few processors.
        if (@($Pull | Where-Object { $null -ne $_.native }).Count -ge 2) { break }
        if (Test-PullTurn -Pull $one -All $Pull) { Open-ImagePull -Pull $one }
    }
    $running = @($Pull | Where-Object { $null -ne $_.native })
    if ($running.Count -eq 0) {
        if (@($Pull | Where-Object { $_.state -ne 'done' }).Count -gt 0) { Start-Sleep -Milliseconds $Limit.pollMilliseconds }
        return
    }
    $null = $running[0].native.process.WaitForExit($Limit.pollMilliseconds)
    foreach ($one in $running) {
        if ($one.native.process.HasExited -or $one.native.watch.Elapsed.TotalSeconds -ge $Limit.pullSeconds) {
            Complete-ImagePull -Pull $one -Limit $Limit
        }
    }
}
