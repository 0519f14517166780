function Test-FinalPullError {
    # Whether pulling again cannot help: no such image, none for this platform or host, no right to it, other bytes than its
    # digest names, or no room. Anything else may be the network's. The texts are those of docker:
    # https://github.com/moby/moby/tree/v25.0.6/distribution
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory = $true)] [string]$Message)
    $final = @(
        'no matching manifest'
        'image is incompatible with'
        'manifest unknown'
        'repository does not exist'
        'invalid reference format'
        'no basic auth credentials'
        'denied: '
        'unauthorized: '
        'manifest verification failed for digest'
        'no space left'
        'not enough space on the disk'
        'There is no program'
    )
    return @($final | Where-Object { $Message.Contains($_) }).Count -gt 0
}
