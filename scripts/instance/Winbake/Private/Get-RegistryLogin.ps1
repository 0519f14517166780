function Get-RegistryLogin {
    # The login for a registry as a credential helper of docker gives it: what a secret holds, and in Amazon ECR the one of the instance's
    # role; nothing for a registry that is read in the name of nobody.
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string]$Server,
        # ARNs of secrets by server.
        [Parameter(Mandatory = $true)] [hashtable]$Secret
    )
    if ($Secret.ContainsKey($Server)) {
        $arn = [string]$Secret[$Server]
        $text = (Get-SECSecretValue -SecretId $arn -Region $arn.Split(':')[3]).SecretString
        # ConvertFrom-Json would quote the secret.
        try { $value = $text | ConvertFrom-Json }
        catch { $value = $null }
        $user, $password = foreach ($name in 'username', 'password') {
            $held = $null
            if ($null -ne $value) { $held = $value.PSObject.Properties[$name] }
            if ($null -eq $held -or $held.Value -isnot [string]) {
                throw "The secret $arn is no JSON object with the texts `"username`" and `"password`"."
            }
            $held.Value
        }
    }
    elseif ($Server -match '^[0-9]{12}\.dkr[.-]ecr(-fips)?\.([a-z0-9-]+)\.(amazonaws\.com(\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$') {
        $login = Get-ECRLoginCommand -Region $Matches[2]
        $user = 'AWS'
        $password = [string]$login.Password
    }
    else { return '' }
    $json = ConvertTo-Json -Compress -InputObject ([ordered]@{ ServerURL = $Server; Username = $user; Secret = $password })
    # The shell of the helper prints in a code page of the host, and docker reads UTF-8.
    return [regex]::Replace($json, '[^ -~]', { param($character) '\u{0:x4}' -f [int][char]$character.Value })
}
