function Connect-Registry {
    # Logs docker in where the registry is one of Amazon ECR, with the rights of the instance's role; others are public. The
    # token goes through standard input: the arguments of a program are seen by all, and stand in messages.
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory = $true)] [string]$Registry)
    $server = $Registry.Split('/')[0]
    if ($server -notmatch '^[0-9]{12}\.dkr\.ecr(-fips)?\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$') { return $false }
    $login = Get-ECRLoginCommand -Region $Matches[2]
    $null = Invoke-Native -FilePath 'docker' -ArgumentList 'login', '--username', 'AWS', '--password-stdin', $server `
        -InputText $login.Password -TimeoutSeconds 120
    Show-Progress "Logged in at $server"
    return $true
}
