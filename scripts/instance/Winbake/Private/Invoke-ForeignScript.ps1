function Invoke-ForeignScript {
    # Runs a script of another maker under the preferences that it was written for, and fails where it ends with an error.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Path,
        [Parameter(Mandatory = $true)] [hashtable]$Argument
    )
    Set-StrictMode -Off
    $ErrorActionPreference = 'Continue'
    & $Path @Argument | ForEach-Object { Show-Progress ([string]$_) }
    if (-not $?) { throw "'$Path' ended with an error." }
}
