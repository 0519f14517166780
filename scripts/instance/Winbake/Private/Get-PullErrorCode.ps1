function Get-PullErrorCode {
    # The code of what a pull fails with: PULL_FAILED where another attempt, or the same bake later, may end well. Registries say
    # "denied" and "manifest unknown" of what the gate read a moment before, too. Any other code is final. A layer that came damaged
    # mostly comes whole with a later pull: https://github.com/docker/for-win/issues/2582 https://github.com/goharbor/harbor/issues/8149
    # The texts are those of docker: https://github.com/moby/moby/tree/v25.0.6/distribution
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string]$Message,
        # Whether no attempt is left.
        [Parameter(Mandatory = $true)] [bool]$IsLast
    )
    $codes = [ordered]@{
        'manifest verification failed for digest' = 'WRONG_IMAGE'
        'no matching manifest'                    = 'WRONG_IMAGE'
        'image is incompatible with'              = 'WRONG_IMAGE'
        'no space left'                           = 'NO_SPACE'
        'not enough space on the disk'            = 'NO_SPACE'
        'no basic auth credentials'               = 'PULL_REFUSED'
        'invalid reference format'                = 'PULL_REFUSED'
    }
    foreach ($text in $codes.Keys) {
        if ($Message.Contains($text)) { return $codes[$text] }
    }
    if ($IsLast -and $Message.Contains('filesystem layer verification failed for digest')) { return 'WRONG_IMAGE' }
    return 'PULL_FAILED'
}
