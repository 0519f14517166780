function Invoke-UpdateWork {
    # One download or one installation; gives what failed of it. Where the call itself fails, so did each update.
    [CmdletBinding()]
    [OutputType([object[]])]
    param(
        # A downloader or an installer of the Windows Update Agent.
        [Parameter(Mandatory = $true)] [object]$Worker,
        [Parameter(Mandatory = $true)] [ValidateSet('Download', 'Install')] [string]$Name,
        [Parameter(Mandatory = $true)] [object[]]$Update
    )
    $collection = New-Object -ComObject 'Microsoft.Update.UpdateColl'
    foreach ($one in $Update) { $null = $collection.Add($one.source) }
    $Worker.Updates = $collection
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $thrown = ''
    try {
        if ($Name -eq 'Download') { $result = $Worker.Download() } else { $result = $Worker.Install() }
    }
    catch { $thrown = Format-UpdateError -ErrorRecord $_ }
    $failed = @(for ($index = 0; $index -lt $Update.Count; $index++) {
        $reason = $thrown
        if ($thrown -eq '') {
            $single = $result.GetUpdateResult($index)
            # 2 is success, 3 success with errors that do not matter.
            if ($single.ResultCode -eq 2 -or $single.ResultCode -eq 3) { continue }
            $endings = @{ 0 = ', not started'; 1 = ', not ended'; 5 = ', aborted' }
            $reason = "the result code $($single.ResultCode)$($endings[[int]$single.ResultCode])."
            if ($single.HResult -ne 0) { $reason = Format-UpdateError -Code $single.HResult }
        }
        $kb = $Update[$index].kb -join ' '
        [pscustomobject]@{
            title = $Update[$index].title; kb = $kb; detail = "$($Name.ToLowerInvariant()) of $kb failed with $reason"
        }
    })
    Show-Progress ("$Name of $($Update.Count - $failed.Count) updates took $([int]$watch.Elapsed.TotalSeconds) s" +
        "$(if ($failed.Count -gt 0) { ", and $($failed.Count) failed" })")
    return $failed
}
