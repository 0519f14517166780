function Get-OfferedUpdate {
    # What Windows Update offers this machine: title, KB numbers, identifiers of its categories, and the update itself. A search
    # that fails is made again after growing pauses: servers that are busy and connections that are cut are everyday. Only
    # result code 2 gives the whole list; a search that succeeds with errors may leave out the very update that is missing.
    # https://learn.microsoft.com/windows/win32/api/wuapi/nf-wuapi-iupdatesearcher-search
    # https://github.com/rgl/packer-plugin-windows-update/pull/34
    [CmdletBinding()]
    [OutputType([object[]])]
    param(
        [Parameter(Mandatory = $true)] [object]$Session,
        [Parameter(Mandatory = $true)] [double]$PauseSeconds
    )
    $attempts = 7
    for ($attempt = 1; ; $attempt++) {
        try {
            $result = $Session.CreateUpdateSearcher().Search("IsInstalled=0 and IsHidden=0 and Type='Software'")
            if ($result.ResultCode -ne 2) { throw "it ended with the result code $($result.ResultCode), not 2." }
            # A preview of Windows once gave updates without properties, which are of no use:
            # https://github.com/rgl/packer-plugin-windows-update/issues/144
            return @(foreach ($update in $result.Updates) {
                [pscustomobject]@{
                    title      = [string]$update.Title
                    kb         = @($update.KBArticleIDs | ForEach-Object { "KB$_" })
                    categories = @($update.Categories | ForEach-Object { ([string]$_.CategoryID).ToUpperInvariant() })
                    optional   = [bool]$update.BrowseOnly
                    # https://learn.microsoft.com/windows/win32/api/wuapi/ne-wuapi-installationimpact
                    exclusive  = $null -ne $update.InstallationBehavior -and $update.InstallationBehavior.Impact -eq 2
                    source     = $update
                }
            })
        }
        catch {
            $reason = Format-UpdateError -ErrorRecord $_
            $failed = "Windows Update could not be searched: $reason"
            $isFinal = Test-LastingUpdateError -Reason $reason
            if ($isFinal -or $attempt -ge $attempts) {
                throw (ConvertTo-StepError 'UPDATE_FAILED' ("$failed Has the build instance a route to Windows Update, or to the " +
                    'server that its policy names?') -Detail @{ isFinal = $isFinal })
            }
            $pause = Get-Pause -Seconds $PauseSeconds -Attempt $attempt
            Show-Progress "Attempt $attempt of $attempts failed, the next in $pause s. $failed"
            Start-Sleep -Milliseconds ([int](1000 * $pause))
        }
    }
}
