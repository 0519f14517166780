function Test-PullTurn {
    # Whether a pull may start now: its pause is over, and nothing that it may share layers with is still on its way.
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Pull,
        [Parameter(Mandatory = $true)] [object[]]$All
    )
    if ($Pull.state -ne 'waiting' -or $Pull.notBefore -gt [DateTime]::UtcNow) { return $false }
    $lower = @($All | Where-Object { $_.chain -eq $Pull.chain -and $_.level -lt $Pull.level -and $_.state -ne 'done' })
    return $lower.Count -eq 0
}
