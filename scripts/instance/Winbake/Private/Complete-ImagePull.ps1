function Complete-ImagePull {
    # Takes the result of a pull that has ended, or ends one that takes too long: then the image gets its tags and is done,
    # or waits for its next attempt. Fails where another attempt cannot help or none is left.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Pull,
        [Parameter(Mandatory = $true)] [pscustomobject]$Limit
    )
    try {
        $null = Receive-Native -Native $Pull.native -TimeoutSeconds $Limit.pullSeconds
        $seconds = [Math]::Round($Pull.native.watch.Elapsed.TotalSeconds, 1)
    }
    catch {
        $message = $_.Exception.Message
        $Pull.native = $null
        $Pull.state = 'waiting'
        if ((Test-FinalPullError -Message $message) -or $Pull.attempt -ge $Limit.attempts) {
            throw (ConvertTo-StepError 'PULL_FAILED' ("Pulling $($Pull.name) failed after $($Pull.attempt) of $($Limit.attempts) " +
                "attempts. $message"))
        }
        # Twice as long each time, and by chance up to half as long again: many builders do not come back together.
        $pause = $Limit.retrySeconds * [Math]::Pow(2, $Pull.attempt - 1) * (1 + (Get-Random -Minimum 0 -Maximum 500) / 1000)
        $Pull.notBefore = [DateTime]::UtcNow.AddSeconds($pause)
        Show-Progress "Attempt $($Pull.attempt) of $($Limit.attempts) at $($Pull.name) failed, the next in $([int]$pause) s. $message"
        return
    }
    $Pull.native = $null
    $Pull.entry = Confirm-Image -Image $Pull.image -Source $Pull.source -PullSeconds $seconds
    $Pull.state = 'done'
    Show-Progress ("Saved $($Pull.name): $(Format-Size -Bytes $Pull.compressedBytes) in $([int]$seconds) s, " +
        "$(Format-Size -Bytes $Pull.entry.bytesOnDisk) on disk, $(Format-Size -Bytes (Get-FreeByte) -Unit GB) free")
}
