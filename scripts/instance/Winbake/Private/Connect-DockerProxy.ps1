function Connect-DockerProxy {
    # Lets Docker's service, and nothing else on the machine, reach the network through a proxy. What its environment was
    # before is kept in a file first, which an earlier run that was killed may have left already. Instance metadata and this
    # machine itself are never asked through a proxy.
    # https://learn.microsoft.com/virtualization/windowscontainers/manage-docker/configure-docker-daemon#proxy-configuration
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Proxy,
        [Parameter(Mandatory = $true)] [string]$WorkFolder
    )
    if ($Proxy -eq 'none') { return }
    if ($Proxy -notmatch '^https?://[^\s/@]+(:[0-9]+)?/?$') {
        $shown = $Proxy
        if ($Proxy.Contains('@')) { $shown = '(not shown)' }
        throw "The proxy should be an address such as http://proxy.example.com:3128, without a password; got: $shown"
    }
    $file = Join-Path $WorkFolder 'docker-environment.json'
    $before = @(Get-DockerEnvironment)
    if (-not [IO.File]::Exists((Resolve-FilePath -Path $file))) {
        Write-Document -Path $file -Document ([ordered]@{ schema = 'winbake.docker-environment/1'; lines = [string[]]$before })
    }
    $kept = @($before | Where-Object { $_ -notmatch '^(HTTP_PROXY|HTTPS_PROXY|NO_PROXY)=' })
    $ours = "HTTP_PROXY=$Proxy", "HTTPS_PROXY=$Proxy", 'NO_PROXY=169.254.169.254,169.254.170.2,localhost,127.0.0.1'
    Write-DockerEnvironment -Line ($kept + $ours)
    Show-Progress "Docker uses the proxy $Proxy until the images are saved"
}
