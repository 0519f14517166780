function Invoke-FailingRound {
    # One round of updates, of which each part may fail once in a bake; ends it where something fails again.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [Collections.Specialized.OrderedDictionary]$Record,
        [Parameter(Mandatory = $true)] [hashtable]$Choice
    )
    try { $round = Invoke-UpdateRound @Choice }
    catch {
        $data = $_.Exception.Data
        if (-not $data.Contains('isFinal') -or $data['isFinal'] -or $Record.failed -contains 'search') { throw }
        Show-Progress $_.Exception.Message
        return [pscustomobject]@{ installed = @(); failed = @([pscustomobject]@{ title = 'search'; kb = 'search'; detail = '' }) }
    }
    $again = @($round.failed | Where-Object { $Record.failed -contains $_.title })
    if ($again.Count -gt 0) {
        $details = @($again | ForEach-Object { $_.detail }) -join ' '
        throw (ConvertTo-StepError 'UPDATE_FAILED' "Windows Update fails, and a restart did not help: $details" -Detail @{
            isFinal = Test-LastingUpdateError -Reason $details
        })
    }
    foreach ($one in $round.failed) { Show-Progress "The $($one.detail)" }
    return $round
}
