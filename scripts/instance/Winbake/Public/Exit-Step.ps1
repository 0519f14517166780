function Exit-Step {
    <#
    .SYNOPSIS
    Ends a step that did what it should, or that asks for a restart: what Enter-Step noted goes.
    .PARAMETER Name
    The name of the step's script.
    .PARAMETER WorkFolder
    The folder of failure.json.
    .EXAMPLE
    Exit-Step -Name 'Save-Image' -WorkFolder C:\ProgramData\Winbake
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Name,
        [Parameter(Mandatory = $true)] [string]$WorkFolder
    )
    $noted = Read-Failure -WorkFolder $WorkFolder
    if ($null -ne $noted -and $noted.step -eq $Name) {
        [IO.File]::Delete((Resolve-FilePath -Path (Join-Path $WorkFolder 'failure.json')))
    }
}
