function Get-Instant {
    <#
    .SYNOPSIS
    Tells an instant as ISO-8601 UTC text with milliseconds: now, or the one that is given.
    .PARAMETER Value
    A date, or its text. ConvertFrom-Json makes dates of such texts in PowerShell 7 and leaves them in 5.1.
    .EXAMPLE
    Get-Instant
    .OUTPUTS
    System.String. Such as 2026-01-14T18:00:00.000Z.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param([object]$Value = (Get-Date))
    $invariant = [Globalization.CultureInfo]::InvariantCulture
    if ($Value -is [DateTime]) {
        $utc = $Value.ToUniversalTime()
    }
    else {
        $utc = [DateTimeOffset]::Parse([string]$Value, $invariant, [Globalization.DateTimeStyles]::AssumeUniversal).UtcDateTime
    }
    return $utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", $invariant)
}
