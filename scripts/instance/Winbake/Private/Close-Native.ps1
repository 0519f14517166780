function Close-Native {
    # Ends a program that Open-Native started, if it still runs. Of docker only the client ends, and with it what it asked
    # for: the daemon stops a pull that nobody waits for.
    # https://github.com/moby/moby/blob/v25.0.6/distribution/xfer/transfer.go
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [pscustomobject]$Native)
    try {
        $Native.process.Kill()
        $null = $Native.process.WaitForExit(5000)
    }
    catch {
        # It had ended by itself in the same moment, or its result was taken before.
        return
    }
}
