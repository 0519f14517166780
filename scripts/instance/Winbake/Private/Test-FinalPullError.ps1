function Test-FinalPullError {
    # Whether pulling again cannot help: no image for this platform or host, no login, other bytes than its digest names, or no
    # room. Anything else may pass: registries say "denied" and "manifest unknown" of what the gate read a moment before, too.
    # The texts are those of docker: https://github.com/moby/moby/tree/v25.0.6/distribution
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory = $true)] [string]$Message)
    $final = @(
        'no matching manifest'
        'image is incompatible with'
        'invalid reference format'
        'no basic auth credentials'
        'manifest verification failed for digest'
        'no space left'
        'not enough space on the disk'
        'There is no program'
    )
    return @($final | Where-Object { $Message.Contains($_) }).Count -gt 0
}
