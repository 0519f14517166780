function Invoke-ImagePull {
    # Pulls one image by its digest; tries again where the network may have failed. Returns the seconds of the pull that worked.
    [CmdletBinding()]
    [OutputType([double])]
    param(
        [Parameter(Mandatory = $true)] [string]$Reference,
        [Parameter(Mandatory = $true)] [double]$RetrySeconds
    )
    $attempts = 3
    for ($attempt = 1; $attempt -le $attempts; $attempt++) {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        try {
            $null = Invoke-Native -FilePath 'docker' -ArgumentList 'pull', $Reference
            return [Math]::Round($watch.Elapsed.TotalSeconds, 1)
        }
        catch {
            $message = $_.Exception.Message
            if ((Test-FinalPullError -Message $message) -or $attempt -eq $attempts) {
                throw "Pulling $Reference failed after $attempt of $attempts attempts. $message"
            }
            # Twice as long each time, and by chance up to half as long again: many builders do not come back together.
            $pause = [int](1000 * $RetrySeconds * [Math]::Pow(2, $attempt - 1) * (1 + (Get-Random -Minimum 0 -Maximum 500) / 1000))
            Show-Progress "Attempt $attempt of $attempts failed, the next in $pause ms. $message"
            Start-Sleep -Milliseconds $pause
        }
    }
}
