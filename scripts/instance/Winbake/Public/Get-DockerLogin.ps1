function Get-DockerLogin {
    <#
    .SYNOPSIS
    Names the logins that docker's configuration files on this machine hold; nothing where none does.
    .DESCRIPTION
    The logins of a bake are never in one. https://docs.docker.com/reference/cli/docker/login/#credential-stores
    .EXAMPLE
    @(Get-DockerLogin) -join ' '
    .OUTPUTS
    System.String. A sentence or two for each.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $folders = @('C:\Windows\System32\config\systemprofile')
    if (Test-Path -LiteralPath 'C:\Users') { $folders += @(Get-ChildItem -LiteralPath 'C:\Users' | ForEach-Object { "C:\Users\$($_.Name)" }) }
    foreach ($folder in $folders) {
        $path = Join-Path $folder '.docker\config.json'
        if (-not (Test-Path -LiteralPath $path)) { continue }
        try { $config = [IO.File]::ReadAllText((Resolve-FilePath -Path $path)) | ConvertFrom-Json }
        catch { continue }
        if ($null -eq $config -or -not $config.PSObject.Properties['auths']) { continue }
        foreach ($server in @($config.auths.PSObject.Properties)) {
            $names = @($server.Value.PSObject.Properties | ForEach-Object { $_.Name })
            if (@($names | Where-Object { 'auth', 'identitytoken', 'password' -contains $_ }).Count -gt 0) {
                "docker's login to $($server.Name) in $path. Sign out (docker logout $($server.Name)) in the component that signed in."
            }
        }
    }
}
