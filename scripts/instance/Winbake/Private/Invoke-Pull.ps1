function Invoke-Pull {
    # Pulls what is not saved yet until all is, writing down each image at once; ends what still runs where it fails.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Registry,
        [Parameter(Mandatory = $true)] [pscustomobject]$Limit,
        [Parameter(Mandatory = $true)] [string]$WorkFolder
    )
    $set = Read-Document -Path (Join-Path $WorkFolder 'image-set.json') -Schema 'winbake.image-set/1'
    $path = Join-Path $WorkFolder 'saved-images.json'
    $record = Read-SavedImage -Path $path -Set $set
    $number = 0
    $pulls = @(foreach ($image in $set.images) {
        $number++
        ConvertTo-Pull -Image $image -Registry $Registry -Place "$number of $(@($set.images).Count)" -Saved $record.images
    })
    $needed = Get-PullByte -Pull $pulls
    if ($needed -gt 0) {
        $null = Assert-FreeSpace -NeededBytes $needed -HeadRoomBytes $Limit.freeBytes -Purpose "pulling image set $($set.set)"
    }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $reported = [Diagnostics.Stopwatch]::StartNew()
    $movement = [pscustomobject]@{ free = Get-FreeByte; watch = [Diagnostics.Stopwatch]::StartNew() }
    try {
        do {
            $record = Save-PullRecord -Record $record -Pull $pulls -Path $path
            Assert-PullLimit -Pull $pulls -Watch $watch -Limit $Limit
            if ($reported.Elapsed.TotalSeconds -ge $Limit.reportSeconds) {
                Show-PullProgress -Pull $pulls
                $reported.Restart()
            }
            Step-Pull -Pull $pulls -Limit $Limit -Movement $movement
        } while (@($pulls | Where-Object { $_.state -ne 'done' }).Count -gt 0)
        $null = Save-PullRecord -Record $record -Pull $pulls -Path $path
    }
    finally {
        foreach ($pull in @($pulls | Where-Object { $null -ne $_.native })) { Close-Native -Native $pull.native }
    }
}
