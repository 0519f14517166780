function Open-RegistryLogin {
    # Gives what a docker that pulls has in its environment to be logged in: a folder of its own with a credential helper that prints what
    # another variable holds. So a login is in memory alone: "docker login" would write it to the disk, and what is deleted from a disk is in
    # its snapshot still. Google's command line has a helper of this form.
    # https://docs.docker.com/reference/cli/docker/login/#credential-helpers
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [string]$Server,
        # From Get-RegistryLogin.
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string]$Login,
        [Parameter(Mandatory = $true)] [string]$WorkFolder
    )
    if ($Login -eq '') { return @{} }
    $folder = Resolve-FilePath -Path (Join-Path $WorkFolder "docker-login\$($Server.Replace(':', '_'))")
    $null = [IO.Directory]::CreateDirectory($folder)
    # docker keeps the login of the Docker Hub under its first address.
    $key = $Server
    if ($Server -eq 'docker.io') { $key = 'https://index.docker.io/v1/' }
    $config = ConvertTo-Json -Compress -InputObject @{ credHelpers = @{ $key = 'winbake' } }
    [IO.File]::WriteAllText((Resolve-FilePath -Path (Join-Path $folder 'config.json')), $config)
    # Delayed, so that no character of the value means anything to the shell.
    $lines = '@echo off', 'setlocal EnableDelayedExpansion', 'echo(!WINBAKE_LOGIN!'
    [IO.File]::WriteAllText((Resolve-FilePath -Path (Join-Path $folder 'docker-credential-winbake.cmd')), ($lines -join "`r`n") + "`r`n")
    Show-Progress "Docker pulls from $Server with a login"
    return @{ DOCKER_CONFIG = $folder; WINBAKE_LOGIN = $Login; PATH = "$folder$([IO.Path]::PathSeparator)$env:PATH" }
}
