function Disconnect-Registry {
    # Forgets the token of Connect-Registry, which would stay in the AMI otherwise.
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string]$Registry)
    $null = Invoke-Native -FilePath 'docker' -ArgumentList 'logout', $Registry.Split('/')[0] -TimeoutSeconds 120
}
