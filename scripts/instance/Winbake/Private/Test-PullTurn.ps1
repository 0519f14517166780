function Test-PullTurn {
    # Whether a pull may start now: its pause is over, and nothing of an earlier turn or that it may share layers with is still on its way.
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Pull,
        [Parameter(Mandatory = $true)] [object[]]$All
    )
    if ($Pull.state -ne 'waiting' -or $Pull.notBefore -gt [DateTime]::UtcNow) { return $false }
    $before = @($All | Where-Object {
        $_.state -ne 'done' -and ($_.turn -lt $Pull.turn -or ($_.chain -eq $Pull.chain -and $_.level -lt $Pull.level))
    })
    return $before.Count -eq 0
}
