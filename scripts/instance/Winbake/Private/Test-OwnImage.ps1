function Test-OwnImage {
    # Whether an image is an own one, of an app: its repository begins with a host, as docker recognizes it. Its failures are its own: it is
    # left out, and the bake goes on.
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory = $true)] [pscustomobject]$Image)
    return [bool]($Image.repository -match '^([^/]*[.:][^/]*|localhost)/')
}
