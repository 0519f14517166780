function Suspend-UpdateService {
    <#
    .SYNOPSIS
    Stops the update services and keeps them from starting; how they were is written down once, for Resume-UpdateService.
    .PARAMETER WorkFolder
    The folder of update-service.json.
    .EXAMPLE
    Suspend-UpdateService -WorkFolder C:\ProgramData\Winbake
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string]$WorkFolder)
    # The orchestrator first: it would start the other one again.
    $names = 'UsoSvc', 'wuauserv'
    $services = @(foreach ($name in $names) { Get-Service | Where-Object { $_.Name -eq $name } })
    $file = Join-Path $WorkFolder 'update-service.json'
    if (-not (Test-Path -LiteralPath $file)) {
        Write-Document -Path $file -Document ([ordered]@{
            schema   = 'winbake.update-service/1'
            services = @(foreach ($service in $services) {
                [ordered]@{ name = $service.Name; startType = [string]$service.StartType }
            })
        })
    }
    foreach ($service in $services) {
        if ($service.StartType -ne 'Disabled') { Set-Service -Name $service.Name -StartupType 'Disabled' }
        Switch-Service -Name $service.Name -Status 'Stopped'
    }
}
