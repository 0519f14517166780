function Show-Progress {
    # One line for the operator who follows the log of a bake.
    [CmdletBinding()]
    param([Parameter(Mandatory = $true, Position = 0)] [string]$Text)
    Write-Host "$(Get-Instant) $Text"
}
