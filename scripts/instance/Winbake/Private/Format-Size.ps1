function Format-Size {
    # Bytes as a person reads them, the same on every machine: whole megabytes, gigabytes with one decimal.
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [AllowNull()] [object]$Bytes,
        [ValidateSet('MB', 'GB')] [string]$Unit = 'MB'
    )
    if ($null -eq $Bytes) { return "? $Unit" }
    $invariant = [Globalization.CultureInfo]::InvariantCulture
    if ($Unit -eq 'GB') { return ([double]$Bytes / 1e9).ToString('0.0', $invariant) + ' GB' }
    return ([double]$Bytes / 1e6).ToString('0', $invariant) + ' MB'
}
