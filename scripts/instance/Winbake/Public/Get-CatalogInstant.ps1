function Get-CatalogInstant {
    <#
    .SYNOPSIS
    Tells when the newest image set of a catalog was accepted, which was before its bake was ordered.
    .PARAMETER Path
    The catalog.
    .EXAMPLE
    Get-CatalogInstant -Path C:\ProgramData\Winbake\catalog.json
    .OUTPUTS
    System.String. Such as 2026-01-14T18:00:00.000Z; 1970-01-01T00:00:00.000Z where there is no set.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [string]$Path)
    $newest = '1970-01-01T00:00:00.000Z'
    foreach ($set in @((Read-Document -Path $Path -Schema 'winbake.catalog/1').sets)) {
        $at = Get-Instant -Value $set.at
        if ([string]::CompareOrdinal($at, $newest) -gt 0) { $newest = $at }
    }
    return $newest
}
