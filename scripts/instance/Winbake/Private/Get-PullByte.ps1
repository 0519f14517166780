function Get-PullByte {
    # The bytes of the disk that the pulls need which are not done: what docker downloads before it unpacks it, of the two
    # largest since two run at once, and what stays unpacked. Layers that an image shares with the base of its chain count
    # once; a previous revision is taken to share nothing with the next, as where Microsoft changes the base. Sizes that the
    # catalog does not know count as nothing.
    [CmdletBinding()]
    [OutputType([long])]
    param([Parameter(Mandatory = $true)] [object[]]$Pull)
    # Bytes on disk for each compressed byte, as docker shows servercore and nanoserver; not exact.
    $unpacked = 2.6
    $sum = [double]0
    $open = @($Pull | Where-Object { $_.state -ne 'done' -and $_.compressedBytes })
    foreach ($one in $open) {
        $own = [double]$one.compressedBytes
        if ($one.level -gt 0) {
            foreach ($base in @($Pull | Where-Object { $_.chain -eq $one.chain -and $_.level -eq 0 -and $_.compressedBytes })) {
                $own = [Math]::Max([double]0, [double]$one.compressedBytes - $base.compressedBytes)
            }
        }
        $sum += $own * $unpacked
    }
    foreach ($one in @($open | Sort-Object -Property compressedBytes -Descending | Select-Object -First 2)) { $sum += $one.compressedBytes }
    return [long]$sum
}
