function Resolve-FilePath {
    # .NET knows neither PowerShell's current folder nor its drives: it gets the full path.
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [string]$Path)
    return $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
}
