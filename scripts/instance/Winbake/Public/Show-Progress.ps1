function Show-Progress {
    <#
    .SYNOPSIS
    Writes one line for the operator who follows the log of a bake.
    .PARAMETER Text
    The line.
    .EXAMPLE
    Show-Progress 'Saved servercore'
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true, Position = 0)] [string]$Text)
    Write-Host "$(Get-Instant) $Text"
}
