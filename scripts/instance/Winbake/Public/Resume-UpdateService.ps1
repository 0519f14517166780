function Resume-UpdateService {
    <#
    .SYNOPSIS
    Lets the update services start as they did before Suspend-UpdateService; does nothing where that never ran.
    .DESCRIPTION
    None is started: how a service starts is part of an AMI, whether it runs is not.
    .PARAMETER WorkFolder
    The folder of update-service.json.
    .EXAMPLE
    Resume-UpdateService -WorkFolder C:\ProgramData\Winbake
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string]$WorkFolder)
    $file = Join-Path $WorkFolder 'update-service.json'
    if (-not (Test-Path -LiteralPath $file)) { return }
    foreach ($former in @((Read-Document -Path $file -Schema 'winbake.update-service/1').services)) {
        Set-Service -Name $former.name -StartupType $former.startType
    }
}
