function Get-PullLevel {
    # Where an image stands in the order of pulls: its chain, the images that may share layers, and its level in it. The
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
    # Another build has other layers: the images of 2022 on a host of 2025. An earlier revision has its base in common.
    return [pscustomobject]@{ chain = "$base $((ConvertTo-OsVersion -Text $Image.osVersion).build)"; level = $level }
}
