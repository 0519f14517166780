# Leaves: the own images of this AMI that lie in Amazon ECR, or in a registry whose secret the fleet names, as their tags show them now, as
# far as the time goes; no login.
# Needs: image-manifest.json of Winbake, and a role of the instance that may pull and read the secrets. It never fails: the host joins its
# cluster anyway, and a task pulls what is missing.
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [double]$Seconds,
    # HOST=ARN,HOST=ARN
    [string]$Secrets = 'none',
    # The functions below read both, which PSReviewUnusedParameter does not see.
    [double]$PollSeconds = 5,
    [double]$LoginSeconds = 120
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$watch = [Diagnostics.Stopwatch]::StartNew()
$over = 'the time was over'
$ecr = '^[0-9]{12}\.dkr[.-]ecr(-fips)?\.([a-z0-9-]+)\.(amazonaws\.com(\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)/'

function Show-ImageEvent {
    param([string]$Message, [string]$EntryType = 'Information')
    Write-Host "Winbake: $Message"
    try {
        New-EventLog -LogName 'Application' -Source 'Winbake' -ErrorAction SilentlyContinue
        Write-EventLog -LogName 'Application' -Source 'Winbake' -EventId 2 -EntryType $EntryType -Message $Message
    }
    catch { Write-Host "Winbake: the event log could not be written: $($_.Exception.Message)" }
}

function Get-FullPath {
    # .NET knows no PowerShell drives.
    param([string]$Path)
    return $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
}

function Get-MillisecondsLeft {
    # Of what something may take, as much as is left of the time; fails where nothing is.
    param([double]$Limit = $Seconds)
    $left = [int](1000 * [Math]::Min($Limit, $Seconds - $watch.Elapsed.TotalSeconds))
    if ($left -le 0) { throw $over }
    return $left
}

function Invoke-Docker {
    # Ends docker where it takes longer than what is left of the time; the daemon stops a pull that nobody waits for.
    param([string]$Argument, [double]$Limit, [hashtable]$Variable = @{})
    $left = Get-MillisecondsLeft -Limit $Limit
    $start = [Diagnostics.ProcessStartInfo]::new(@(Get-Command -Name 'docker' -CommandType Application)[0].Path)
    $start.Arguments = $Argument
    $start.UseShellExecute = $false
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    foreach ($name in $Variable.Keys) { $start.EnvironmentVariables[$name] = [string]$Variable[$name] }
    $process = [Diagnostics.Process]::Start($start)
    $output = $process.StandardOutput.ReadToEndAsync()
    $errors = $process.StandardError.ReadToEndAsync()
    if (-not $process.WaitForExit($left)) {
        $process.Kill()
        throw $over
    }
    if ($process.ExitCode -ne 0) { throw $errors.Result.Trim() }
    if ($output.Result.Trim() -eq '') { throw 'it answered nothing' }
    return $output.Result
}

function Wait-Engine {
    # On a first boot Docker starts late, and a call that came before it listened may hang.
    $reason = $over
    while ($true) {
        try { return Invoke-Docker -Argument 'version --format {{.Server.Version}}' -Limit 20 }
        catch { if ($_.Exception.Message -ne $over) { $reason = $_.Exception.Message } }
        try { Start-Sleep -Milliseconds (Get-MillisecondsLeft -Limit $PollSeconds) }
        catch { throw "Docker does not answer: $reason" }
    }
}

function Invoke-Apart {
    # In a runspace of its own: a call without a network would take minutes, and nothing else ends it.
    param([string]$Call, [string[]]$Argument, [string]$Source)
    $left = Get-MillisecondsLeft -Limit $LoginSeconds
    $shell = [powershell]::Create().AddScript($Call)
    foreach ($one in $Argument) { $null = $shell.AddArgument($one) }
    $running = $shell.BeginInvoke()
    if (-not $running.AsyncWaitHandle.WaitOne($left)) {
        $null = $shell.BeginStop($null, $null)
        throw "$Source gave no login within $([int]($left / 1000)) s"
    }
    try { return [string]@($shell.EndInvoke($running))[0] }
    catch { throw $_.Exception.GetBaseException().Message }
    finally { $shell.Dispose() }
}

function Get-EcrLogin {
    param([string]$Region)
    $call = { param($Region) $ErrorActionPreference = 'Stop'; (Get-ECRLoginCommand -Region $Region).Password }
    return @('AWS', (Invoke-Apart -Call $call -Argument $Region -Source "ECR in $Region"))
}

function Get-SecretLogin {
    # Of a secret as ECS takes it for a private registry.
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
    param([string]$Arn)
    $call = { param($Arn, $Region) $ErrorActionPreference = 'Stop'; (Get-SECSecretValue -SecretId $Arn -Region $Region).SecretString }
    $text = Invoke-Apart -Call $call -Argument $Arn, $Arn.Split(':')[3] -Source "the secret $Arn"
    # ConvertFrom-Json would quote the secret.
    try { $value = $text | ConvertFrom-Json }
    catch { $value = $null }
    return @(foreach ($name in 'username', 'password') {
        $held = $null
        if ($null -ne $value) { $held = $value.PSObject.Properties[$name] }
        if ($null -eq $held -or $held.Value -isnot [string]) {
            throw "the secret $Arn is no JSON object with the texts `"username`" and `"password`""
        }
        $held.Value
    })
}

function Get-Login {
    # In memory alone, as on the build instance: docker asks a helper, which prints what a variable holds.
    param([string]$Server, [string]$Secret, [string]$Region)
    if ($Secret -ne '') { $user, $password = Get-SecretLogin -Arn $Secret }
    else { $user, $password = Get-EcrLogin -Region $Region }
    $folder = [IO.Path]::Combine((Get-FullPath -Path 'C:\ProgramData\Winbake\docker-login'), $Server.Replace(':', '_'))
    $null = [IO.Directory]::CreateDirectory($folder)
    # docker keeps the login of the Docker Hub under its first address.
    $key = if ($Server -eq 'docker.io') { 'https://index.docker.io/v1/' } else { $Server }
    $config = ConvertTo-Json -Compress -InputObject @{ credHelpers = @{ $key = 'winbake' } }
    [IO.File]::WriteAllText([IO.Path]::Combine($folder, 'config.json'), $config)
    $lines = '@echo off', 'setlocal EnableDelayedExpansion', 'echo(!WINBAKE_LOGIN!'
    [IO.File]::WriteAllText([IO.Path]::Combine($folder, 'docker-credential-winbake.cmd'), ($lines -join "`r`n") + "`r`n")
    $json = ConvertTo-Json -Compress -InputObject ([ordered]@{ ServerURL = $Server; Username = $user; Secret = $password })
    # The shell of the helper prints in a code page of the host, and docker reads UTF-8.
    $login = [regex]::Replace($json, '[^ -~]', { param($character) '\u{0:x4}' -f [int][char]$character.Value })
    return @{ DOCKER_CONFIG = $folder; WINBAKE_LOGIN = $login; PATH = "$folder$([IO.Path]::PathSeparator)$env:PATH" }
}

function Select-FetchedImage {
    # The names of the images that this host has a login for; says of other own images why they stay as they are.
    param([object[]]$Image, [hashtable]$Secret)
    $own = @($Image | Where-Object { $_.repository -match '^([^/]*[.:][^/]*|localhost)/' })
    foreach ($server in $Secret.Keys) {
        if (@($own | Where-Object { $_.repository.Split('/')[0] -eq $server }).Count -eq 0) {
            Show-ImageEvent -Message "this AMI has no own image of $server, whose secret the fleet names."
        }
    }
    foreach ($one in $own) {
        $name = "$($one.repository):$($one.tag)"
        if ($name -match $ecr -or $Secret.ContainsKey($name.Split('/')[0])) { $name }
        else { Show-ImageEvent -Message "$name stays as it was baked: the fleet names no secret for its registry." }
    }
}

try {
    $file = Get-FullPath -Path 'C:\ProgramData\Winbake\image-manifest.json'
    if (-not [IO.File]::Exists($file)) { return }
    $manifest = [IO.File]::ReadAllText($file) | ConvertFrom-Json
    $images = @($manifest.images)
    # What the bake could not pull may be there now.
    if ($manifest.PSObject.Properties['leftOut']) { $images += @($manifest.leftOut) }
    $secretOf = @{}
    foreach ($pair in @($Secrets.Split(',') | Where-Object { $_ -ne 'none' })) {
        $server, $arn = $pair.Split('=', 2)
        $secretOf[$server] = $arn
    }
    $names = @(Select-FetchedImage -Image $images -Secret $secretOf)
    if ($names.Count -eq 0) { return }
    $null = Wait-Engine
    $logins = @{}
    foreach ($name in $names) {
        try {
            $server = $name.Split('/')[0]
            $region = if ($name -match $ecr) { $Matches[2] }
            if (-not $logins.ContainsKey($server)) {
                try { $logins[$server] = Get-Login -Server $server -Secret $secretOf[$server] -Region $region }
                catch { $logins[$server] = $_.Exception.Message }
            }
            $login = $logins[$server]
            if ($login -is [string]) { throw $login }
            $begun = $watch.Elapsed.TotalSeconds
            $output = Invoke-Docker -Argument "pull $name" -Limit $Seconds -Variable $login
            $what = if ($output -match 'up to date') { 'is as it was baked' } else { 'was fetched' }
            Show-ImageEvent -Message "$name $what, $([int]($watch.Elapsed.TotalSeconds - $begun)) s."
        }
        catch { Show-ImageEvent -Message "$name was not fetched: $($_.Exception.Message)." -EntryType 'Warning' }
    }
}
catch { Show-ImageEvent -Message "own images were not fetched: $($_.Exception.Message)." -EntryType 'Warning' }
finally {
    $folder = Get-FullPath -Path 'C:\ProgramData\Winbake\docker-login'
    if ([IO.Directory]::Exists($folder)) { [IO.Directory]::Delete($folder, $true) }
}
