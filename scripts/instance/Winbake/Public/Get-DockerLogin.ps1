function Get-DockerLogin {
    <#
    .SYNOPSIS
    Names the logins that docker has on this machine, in its configuration files or in stores that they name; nothing where there is none.
    .DESCRIPTION
    The logins of a bake are never in one. Of what lies in a store, the file keeps an entry without a login.
    https://docs.docker.com/reference/cli/docker/login/#credential-stores
    .EXAMPLE
    @(Get-DockerLogin) -join ' '
    .OUTPUTS
    System.String. A sentence or two for each.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $folders = @('C:\Windows\System32\config\systemprofile')
    foreach ($parent in 'C:\Users', 'C:\Windows\ServiceProfiles') {
        if (-not (Test-Path -LiteralPath $parent)) { continue }
        # The profile of new users is hidden; what only points to another is that one.
        $folders += @(Get-ChildItem -LiteralPath $parent -Force |
            Where-Object { -not ($_.Attributes -band [IO.FileAttributes]::ReparsePoint) } | ForEach-Object { "$parent\$($_.Name)" })
    }
    foreach ($folder in $folders) {
        $path = Join-Path $folder '.docker\config.json'
        if (-not (Test-Path -LiteralPath $path)) { continue }
        try { $config = [IO.File]::ReadAllText((Resolve-FilePath -Path $path)) | ConvertFrom-Json }
        catch { continue }
        $auths = Get-DockerEntry -Value $config -Name 'auths'
        $helpers = Get-DockerEntry -Value $config -Name 'credHelpers'
        foreach ($server in @($auths | Where-Object { $null -ne $_ } | ForEach-Object { $_.PSObject.Properties })) {
            $held = @('auth', 'identitytoken', 'registrytoken', 'password' | Where-Object { Get-DockerEntry -Value $server.Value -Name $_ })
            $store = @((Get-DockerEntry -Value $helpers -Name $server.Name), (Get-DockerEntry -Value $config -Name 'credsStore') | Where-Object { $_ })
            if ($held.Count -eq 0 -and $store.Count -eq 0) { continue }
            $where = $path
            if ($held.Count -eq 0) { $where = "the store $($store[0]) of $path" }
            "docker's login to $($server.Name) in $where. Sign out (docker logout $($server.Name)) in the component that signed in."
        }
    }
}
