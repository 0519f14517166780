function Receive-Pull {
    # Pulls what is not saved yet until all is, writing down each image at once; ends what still runs where it fails.
    [CmdletBinding()]
    param(
        # All pulls, and what is written down: pulls, record, path.
        [Parameter(Mandatory = $true)] [pscustomobject]$Work,
        # Those that are received now.
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]]$Pull,
        [Parameter(Mandatory = $true)] [pscustomobject]$Limit,
        # How long those that share the limit take.
        [Parameter(Mandatory = $true)] [Diagnostics.Stopwatch]$Watch
    )
    $reported = [Diagnostics.Stopwatch]::StartNew()
    $movement = [pscustomobject]@{ free = Get-FreeByte; watch = [Diagnostics.Stopwatch]::StartNew() }
    try {
        do {
            $Work.record = Save-PullRecord -Record $Work.record -Pull $Work.pulls -Path $Work.path
            if ($Pull.Count -eq 0) { return }
            Assert-PullLimit -Pull $Pull -Watch $Watch -Limit $Limit
            if ($reported.Elapsed.TotalSeconds -ge $Limit.reportSeconds) {
                Show-PullProgress -Pull $Pull
                $reported.Restart()
            }
            Step-Pull -Pull $Pull -Limit $Limit -Movement $movement
        } while (@($Pull | Where-Object { $_.state -ne 'done' }).Count -gt 0)
        $Work.record = Save-PullRecord -Record $Work.record -Pull $Work.pulls -Path $Work.path
    }
    finally {
        foreach ($one in @($Pull | Where-Object { $null -ne $_.native })) { Close-Native -Native $one.native }
    }
}
