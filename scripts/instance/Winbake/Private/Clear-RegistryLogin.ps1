function Clear-RegistryLogin {
    # Takes away what Open-RegistryLogin laid out. There is no login in it.
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string]$WorkFolder)
    $folder = Resolve-FilePath -Path (Join-Path $WorkFolder 'docker-login')
    if ([IO.Directory]::Exists($folder)) { [IO.Directory]::Delete($folder, $true) }
}
