function Get-PullErrorCode {
    # The code of what a pull fails with: PULL_FAILED where another attempt, or the same bake later, may end well. Registries say
    # "denied" and "manifest unknown" of what the gate read a moment before, too. Any other code is final.
    # The texts are those of docker: https://github.com/moby/moby/tree/v25.0.6/distribution
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [string]$Message)
    $codes = [ordered]@{
        'manifest verification failed for digest'         = 'WRONG_IMAGE'
        'filesystem layer verification failed for digest' = 'WRONG_IMAGE'
        'no matching manifest'                            = 'WRONG_IMAGE'
        'image is incompatible with'                      = 'WRONG_IMAGE'
        'no space left'                                   = 'NO_SPACE'
        'not enough space on the disk'                    = 'NO_SPACE'
        'no basic auth credentials'                       = 'PULL_REFUSED'
        'invalid reference format'                        = 'PULL_REFUSED'
    }
    foreach ($text in $codes.Keys) {
        if ($Message.Contains($text)) { return $codes[$text] }
    }
    return 'PULL_FAILED'
}
