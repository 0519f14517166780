function Show-PullProgress {
    # One line on all pulls that run, so that an operator sees in the log that and how the bake moves.
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [object[]]$Pull)
    $running = @($Pull | Where-Object { $null -ne $_.native } | ForEach-Object {
        "$($_.name) for $([int]$_.native.watch.Elapsed.TotalSeconds) s of $(Format-Size -Bytes $_.compressedBytes)"
    })
    $done = @($Pull | Where-Object { $_.state -eq 'done' }).Count
    Show-Progress "$done of $($Pull.Count) saved, $(Format-Size -Bytes (Get-FreeByte) -Unit GB) free; pulling $($running -join ', ')"
}
