function Assert-PullLimit {
    # Fails where the disk fills up while images are pulled, or where they take too long together. A full disk would end in
    # half a layer, and later steps and Windows itself would fail in ways that do not tell why.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object[]]$Pull,
        [Parameter(Mandatory = $true)] [Diagnostics.Stopwatch]$Watch,
        [Parameter(Mandatory = $true)] [pscustomobject]$Limit
    )
    $left = @($Pull | Where-Object { $_.state -ne 'done' } | ForEach-Object { $_.name })
    if ($left.Count -eq 0) { return }
    $free = Get-FreeByte
    if ($free -lt $Limit.freeBytes) {
        throw (ConvertTo-StepError 'NO_SPACE' ("No space left: $(Format-Size -Bytes $free -Unit GB) are free while " +
            "$($left -join ', ') are not saved, and " +
            "$(Format-Size -Bytes $Limit.freeBytes -Unit GB) have to stay free. Give the pipeline a larger volume, or fewer families."))
    }
    if ($Watch.Elapsed.TotalSeconds -ge $Limit.totalSeconds) {
        throw (ConvertTo-StepError 'PULL_FAILED' ("The pulls took longer than $($Limit.totalSeconds) s together; not saved: " +
            "$($left -join ', ')."))
    }
}
