function Complete-ImagePull {
    # Takes the result of a pull that has ended, or ends one in which nothing moves: then the image gets its tags and is done,
    # or waits for its next attempt, also where docker fails or says nothing when it is asked what came. Fails where another
    # attempt cannot help or none is left.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Pull,
        [Parameter(Mandatory = $true)] [pscustomobject]$Limit
    )
    try {
        if (-not $Pull.native.process.HasExited) {
            Close-Native -Native $Pull.native
            throw "$($Pull.native.text) was stopped, since hardly a byte came in $($Limit.stallSeconds) s."
        }
        $null = Receive-Native -Native $Pull.native -TimeoutSeconds 60
        $seconds = [Math]::Round($Pull.native.watch.Elapsed.TotalSeconds, 1)
        $Pull.entry = Confirm-Image -Image $Pull.image -Source $Pull.source -PullSeconds $seconds
    }
    catch {
        $message = $_.Exception.Message
        $Pull.native = $null
        $Pull.state = 'waiting'
        # What came is not what was planned: the same digest brings the same again.
        if ($_.Exception.Data.Contains('code')) { throw }
        $isLast = $Pull.attempt -ge $Limit.attempts
        $code = Get-PullErrorCode -Message $message -IsLast $isLast
        if ($isLast -or $code -ne 'PULL_FAILED') {
            throw (ConvertTo-StepError $code ("Pulling $($Pull.name) failed after $($Pull.attempt) of $($Limit.attempts) " +
                "attempts. $message"))
        }
        $pause = Get-Pause -Seconds $Limit.retrySeconds -Attempt $Pull.attempt
        $Pull.notBefore = [DateTime]::UtcNow.AddSeconds($pause)
        Show-Progress "Attempt $($Pull.attempt) of $($Limit.attempts) at $($Pull.name) failed, the next in $pause s. $message"
        return
    }
    $Pull.native = $null
    $Pull.state = 'done'
    Show-Progress ("Saved $($Pull.name): $(Format-Size -Bytes $Pull.compressedBytes) in $([int]$seconds) s, " +
        "$(Format-Size -Bytes $Pull.entry.bytesOnDisk) on disk, $(Format-Size -Bytes (Get-FreeByte) -Unit GB) free")
}
