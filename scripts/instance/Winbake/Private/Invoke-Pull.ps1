function Invoke-Pull {
    # Pulls all images of the set that are not saved yet, own ones last.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Registry,
        [Parameter(Mandatory = $true)] [hashtable]$Secret,
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
    $own = @($pulls | Where-Object { Test-OwnImage -Image $_.image })
    $others = @($pulls | Where-Object { $own -notcontains $_ })
    $needed = Get-PullByte -Pull $others
    if ($needed -gt 0) {
        $null = Assert-FreeSpace -NeededBytes $needed -HeadRoomBytes $Limit.freeBytes -Purpose "pulling image set $($set.set)"
    }
    $work = [pscustomobject]@{ pulls = $pulls; record = $record; path = $path }
    if (@($others | Where-Object { $_.state -ne 'done' }).Count -gt 0) {
        $server = $Registry.Split('/')[0]
        $login = Get-RegistryLogin -Server $server -Secret @{}
        $environment = Open-RegistryLogin -Server $server -Login $login -WorkFolder $WorkFolder
        foreach ($one in $others) { $one.environment = $environment }
    }
    Receive-Pull -Work $work -Pull $others -Limit $Limit -Watch ([Diagnostics.Stopwatch]::StartNew())
    $ownLimit = $Limit.PSObject.Copy()
    $ownLimit.attempts = [Math]::Min(2, $Limit.attempts)
    $ownLimit.totalSeconds = $Limit.ownSeconds
    Save-OwnImage -Work $work -Pull $own -Secret $Secret -Limit $ownLimit -WorkFolder $WorkFolder
    $null = Save-PullRecord -Record $work.record -Pull $pulls -Path $path
}
