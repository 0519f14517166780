function Test-FinalPullError {
    # Whether pulling again cannot help: no image for this platform or host, or no room. Anything else may be the network's.
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory = $true)] [string]$Message)
    return $Message -match 'no matching manifest|no space left|not enough space on the disk|image is incompatible with'
}
