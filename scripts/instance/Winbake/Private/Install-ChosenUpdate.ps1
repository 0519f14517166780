function Install-ChosenUpdate {
    # Downloads and installs updates; fails where one did not succeed, and names it with Windows' own error code.
    # https://learn.microsoft.com/windows/win32/api/wuapi/ne-wuapi-operationresultcode
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object]$Session,
        [Parameter(Mandatory = $true)] [object[]]$Update
    )
    $collection = New-Object -ComObject 'Microsoft.Update.UpdateColl'
    foreach ($one in $Update) {
        # Where an update has terms, an unattended installation must accept them.
        if (-not $one.source.EulaAccepted) { $one.source.AcceptEula() }
        $null = $collection.Add($one.source)
    }
    $work = [ordered]@{ Download = $Session.CreateUpdateDownloader(); Install = $Session.CreateUpdateInstaller() }
    foreach ($name in $work.Keys) {
        $work[$name].Updates = $collection
        $watch = [Diagnostics.Stopwatch]::StartNew()
        if ($name -eq 'Download') { $result = $work[$name].Download() } else { $result = $work[$name].Install() }
        $failed = @(for ($index = 0; $index -lt $Update.Count; $index++) {
            $single = $result.GetUpdateResult($index)
            # 2 is success, 3 success with errors that do not matter.
            if ($single.ResultCode -ne 2 -and $single.ResultCode -ne 3) {
                "$($Update[$index].kb -join ' ') ended with 0x{0:X8}" -f $single.HResult
            }
        })
        if ($failed.Count -gt 0) {
            throw (ConvertTo-StepError 'UPDATE_FAILED' "Windows Update failed to $($name.ToLowerInvariant()): $($failed -join '; ').")
        }
        Show-Progress "$name of $($Update.Count) updates took $([int]$watch.Elapsed.TotalSeconds) s"
    }
}
