function Disconnect-DockerProxy {
    # Gives Docker's service the environment that it had before Connect-DockerProxy; does nothing where that never ran.
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string]$WorkFolder)
    $file = Join-Path $WorkFolder 'docker-environment.json'
    $path = Resolve-FilePath -Path $file
    if (-not [IO.File]::Exists($path)) { return }
    $before = Read-Document -Path $file -Schema 'winbake.docker-environment/1'
    Write-DockerEnvironment -Line @($before.lines)
    [IO.File]::Delete($path)
    Show-Progress 'Docker uses no proxy of ours any more'
}
