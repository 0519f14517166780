function Invoke-UpdateRound {
    <#
    .SYNOPSIS
    Searches Windows Update once and installs what the policy takes of what is on offer.
    .PARAMETER Policy
    security: security and critical updates. all: also rollups, definitions and other updates that are not optional. none:
    only what is included. None of them takes previews, feature upgrades or drivers.
    .PARAMETER Include
    Updates to install besides, such as KB5066782,KB5066136; or none.
    .PARAMETER Exclude
    Updates never to install, in the same form.
    .PARAMETER PauseSeconds
    The first pause before a search or download is tried again; each further one is twice as long.
    .EXAMPLE
    Invoke-UpdateRound -Policy security -Include none -Exclude none -PauseSeconds 5
    .OUTPUTS
    PSCustomObject: installed, with kb and title of each update; failed, with title and kb of each, and detail for people.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [ValidateSet('security', 'all', 'none')] [string]$Policy,
        [Parameter(Mandatory = $true)] [string]$Include,
        [Parameter(Mandatory = $true)] [string]$Exclude,
        [Parameter(Mandatory = $true)] [double]$PauseSeconds
    )
    $lists = @{ Include = @(ConvertTo-KnowledgeBase -Text $Include); Exclude = @(ConvertTo-KnowledgeBase -Text $Exclude) }
    $round = [pscustomobject]@{ installed = @(); failed = @() }
    if ($Policy -eq 'none' -and $lists.Include.Count -eq 0) { return $round }
    $session = New-Object -ComObject 'Microsoft.Update.Session'
    $session.ClientApplicationID = 'Winbake'
    $chosen = @(foreach ($update in @(Get-OfferedUpdate -Session $session -PauseSeconds $PauseSeconds)) {
        $taken = Test-WantedUpdate -Update $update -Policy $Policy @lists
        Show-Progress "$(if ($taken) { 'Takes' } else { 'Leaves' }) $($update.kb -join ' ') $($update.title)"
        if ($taken) { $update }
    })
    if ($chosen.Count -eq 0) { return $round }
    # Installed with others it would fail, or they would: again in each round.
    $alone = @($chosen | Where-Object { $_.exclusive })
    if ($alone.Count -gt 0 -and $chosen.Count -gt 1) {
        $chosen = @($alone[0])
        Show-Progress "Installs $($chosen[0].kb -join ' ') alone, as it demands; the others have to wait for the restart."
    }
    $round.failed = @(Install-ChosenUpdate -Session $session -Update $chosen -PauseSeconds $PauseSeconds)
    $lost = @($round.failed | ForEach-Object { $_.title })
    $round.installed = @($chosen | Where-Object { $lost -notcontains $_.title } | ForEach-Object {
        [pscustomobject]@{ kb = $_.kb -join ' '; title = $_.title }
    })
    return $round
}
