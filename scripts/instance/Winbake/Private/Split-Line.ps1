function Split-Line {
    # The lines of a text; the end of the last one makes no further line.
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [AllowEmptyString()] [string]$Text)
    $whole = $Text -replace '\r?\n$', ''
    if ($Text -ne '') { return $whole -split '\r?\n' }
}
