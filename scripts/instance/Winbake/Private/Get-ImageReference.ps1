function Get-ImageReference {
    # The names under which users' Dockerfiles and task definitions ask for an image: its tag, then its aliases.
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [pscustomobject]$Image)
    $place = 'mcr.microsoft.com/'
    if (Test-OwnImage -Image $Image) { $place = '' }
    foreach ($tag in @($Image.tag) + @($Image.aliases)) {
        "$place$($Image.repository):$tag"
    }
}
