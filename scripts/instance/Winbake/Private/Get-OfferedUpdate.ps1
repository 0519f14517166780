function Get-OfferedUpdate {
    # What Windows Update offers this machine: title, KB numbers, identifiers of its categories, and the update itself.
    # https://learn.microsoft.com/windows/win32/api/wuapi/nf-wuapi-iupdatesearcher-search
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param([Parameter(Mandatory = $true)] [object]$Session)
    try {
        $result = $Session.CreateUpdateSearcher().Search("IsInstalled=0 and IsHidden=0 and Type='Software'")
    }
    catch {
        throw (ConvertTo-StepError 'UPDATE_FAILED' ("Windows Update could not be searched: " +
            "$($_.Exception.GetBaseException().Message) " +
            'Has the build instance a route to Windows Update, or to the server that its policy names?'))
    }
    foreach ($update in $result.Updates) {
        [pscustomobject]@{
            title      = [string]$update.Title
            kb         = @($update.KBArticleIDs | ForEach-Object { "KB$_" })
            categories = @($update.Categories | ForEach-Object { ([string]$_.CategoryID).ToUpperInvariant() })
            optional   = [bool]$update.BrowseOnly
            source     = $update
        }
    }
}
