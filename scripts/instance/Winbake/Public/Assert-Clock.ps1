function Assert-Clock {
    <#
    .SYNOPSIS
    Fails where the clock of this Windows is before something that has happened already.
    .DESCRIPTION
    A clock that is far ahead is found before: S3 refuses requests that are more than 15 minutes off.
    .PARAMETER NotBefore
    The instant of what has happened, as ISO-8601 text or as a date.
    .EXAMPLE
    Assert-Clock -NotBefore $catalog.sets[0].at
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [object]$NotBefore)
    # Texts of this form sort as the instants do.
    $then = Get-Instant -Value $NotBefore
    $now = Get-Instant
    if ([string]::CompareOrdinal($now, $then) -lt 0) {
        throw (ConvertTo-StepError 'WRONG_CLOCK' ("The clock of this Windows says $now, and the catalog holds an image set of " +
            "$then. Look at the time service (w32tm /query /status)."))
    }
}
