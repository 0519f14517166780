function Get-PullLevel {
    # Where an image stands in the order of pulls: its turn, its chain, the images that may share layers, and its level in it.
    # Turn 0 is all but previous revisions, which come after it, the newest first: what new tasks need is there before. The
    # base of a chain comes first, so that what is built on it finds its layers there; a user's own image comes last.
    # https://github.com/microsoft/iis-docker, https://github.com/microsoft/dotnet-framework-docker
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param([Parameter(Mandatory = $true)] [pscustomobject]$Image)
    $level = 3
    if ($Image.repository -match '^windows(/(servercore|nanoserver|server))?$') { $level = 0 }
    elseif ($Image.repository -match '^windows/servercore/iis$|^dotnet/(framework/)?runtime$') { $level = 1 }
    elseif ($Image.repository -match '^dotnet/') { $level = 2 }
    $base = 'servercore'
    if ($Image.repository -match '^windows(/server)?$') { $base = 'server' }
    elseif ("$($Image.repository):$($Image.tag)" -match 'nanoserver') { $base = 'nanoserver' }
    $turn = 0
    if ($Image.family -match '@previous(\d?)$') { $turn = [Math]::Max(1, [int]"0$($Matches[1])") }
    # Another build has other layers: the images of 2022 on a host of 2025. An earlier revision has another base, or its update.
    $build = (ConvertTo-OsVersion -Text $Image.osVersion).build
    return [pscustomobject]@{ turn = $turn; chain = "$base $build $turn"; level = $level }
}
