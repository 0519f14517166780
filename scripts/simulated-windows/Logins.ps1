# The commands of the AWS Tools for PowerShell by which an instance gets logins to registries with its role. What they answer stands in
# logins.json beside host.json, or is asked of the rehearsal: {"ecr": {REGION: {"value": PASSWORD}}, "secrets": {ARN: {"value": TEXT}}}, or {"error": MESSAGE} of each; with "hangSeconds"
# it takes so long.

function Get-SimulatedLogin {
    param([string]$Kind, [string]$Name)
    $file = [IO.Path]::Combine($env:WINBAKE_SIMULATED_HOST, 'logins.json')
    if ([IO.File]::Exists($file)) {
        $kinds = [IO.File]::ReadAllText($file) | ConvertFrom-Json -AsHashtable
        if (-not $kinds[$Kind] -or -not $kinds[$Kind].ContainsKey($Name)) { throw "The simulated AWS has no login $Name." }
        $found = $kinds[$Kind][$Name]
    }
    elseif ($env:AWS_EC2_METADATA_SERVICE_ENDPOINT) {
        $address = "$env:AWS_EC2_METADATA_SERVICE_ENDPOINT/simulated-aws/$Kind/$([Uri]::EscapeDataString($Name))"
        $found = [Net.WebClient]::new().DownloadString($address) | ConvertFrom-Json -AsHashtable
    }
    else { throw 'No credentials specified or obtained from persisted/shell defaults.' }
    [IO.File]::AppendAllText([IO.Path]::Combine($env:WINBAKE_SIMULATED_HOST, 'login-calls'), "$Kind $Name`n")
    if ($found.ContainsKey('hangSeconds')) { Start-Sleep -Seconds $found.hangSeconds }
    if ($found.ContainsKey('error')) { throw $found.error }
    return $found.value
}

function Get-ECRLoginCommand {
    param([Parameter(Mandatory = $true)] [string]$Region)
    return [pscustomobject]@{ Username = 'AWS'; Password = (Get-SimulatedLogin -Kind 'ecr' -Name $Region) }
}

function Get-SECSecretValue {
    param([Parameter(Mandatory = $true)] [string]$SecretId, [Parameter(Mandatory = $true)] [string]$Region)
    if ($SecretId.Split(':')[3] -ne $Region) { throw "The secret $SecretId is not in $Region." }
    return [pscustomobject]@{ SecretString = (Get-SimulatedLogin -Kind 'secrets' -Name $SecretId) }
}
