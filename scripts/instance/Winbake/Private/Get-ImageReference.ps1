function Get-ImageReference {
    # The names under which users' Dockerfiles and task definitions ask for an image: its tag, then its aliases.
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [pscustomobject]$Image)
    foreach ($tag in @($Image.tag) + @($Image.aliases)) {
        "mcr.microsoft.com/$($Image.repository):$tag"
    }
}
