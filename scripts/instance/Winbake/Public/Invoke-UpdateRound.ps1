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
    .EXAMPLE
    Invoke-UpdateRound -Policy security -Include none -Exclude none
    .OUTPUTS
    PSCustomObject: kb and title of each update that was installed.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [ValidateSet('security', 'all', 'none')] [string]$Policy,
        [Parameter(Mandatory = $true)] [string]$Include,
        [Parameter(Mandatory = $true)] [string]$Exclude
    )
    $lists = @{ Include = @(ConvertTo-KnowledgeBase -Text $Include); Exclude = @(ConvertTo-KnowledgeBase -Text $Exclude) }
    if ($Policy -eq 'none' -and $lists.Include.Count -eq 0) { return }
    $session = New-Object -ComObject 'Microsoft.Update.Session'
    $session.ClientApplicationID = 'Winbake'
    $offered = @(Get-OfferedUpdate -Session $session)
    $chosen = @(foreach ($update in $offered) {
        $taken = Test-WantedUpdate -Update $update -Policy $Policy @lists
        Show-Progress "$(if ($taken) { 'Takes' } else { 'Leaves' }) $($update.kb -join ' ') $($update.title)"
        if ($taken) { $update }
    })
    if ($chosen.Count -eq 0) { return }
    Install-ChosenUpdate -Session $session -Update $chosen
    foreach ($update in $chosen) { [pscustomobject]@{ kb = $update.kb -join ' '; title = $update.title } }
}
