function Step-Pull {
    # One poll of the pulls: starts those whose turn it is, two at a time, waits a moment, and takes the results of those that have
    # ended. A pull may take as long as it moves: one that is stopped loses what it has downloaded, whole layers too. Docker shows
    # no progress of a layer, so the free space is watched, for all pulls together.
    # https://github.com/moby/moby/issues/26146
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object[]]$Pull,
        [Parameter(Mandatory = $true)] [pscustomobject]$Limit,
        # free: the free bytes when something moved last; watch: the time since then.
        [Parameter(Mandatory = $true)] [pscustomobject]$Movement
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
    $free = Get-FreeByte
    # Logs and services write as well, so a little is no progress.
    if ([Math]::Abs($free - $Movement.free) -ge 50MB) {
        $Movement.free = $free
        $Movement.watch.Restart()
    }
    foreach ($one in $running) {
        $still = [Math]::Min($one.native.watch.Elapsed.TotalSeconds, $Movement.watch.Elapsed.TotalSeconds)
        if ($one.native.process.HasExited -or $still -ge $Limit.stallSeconds) { Complete-ImagePull -Pull $one -Limit $Limit }
    }
}
