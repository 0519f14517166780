# Leaves: this host registered with its ECS cluster, which knows its build and revision; its launch completed, once. On the way into a
# warm pool: everything ready but the registration, and a task that completes that part of the launch.
# Needs: an ECS-optimized Windows AMI. User data runs it at every start: Windows does not start the ECS agent by itself, and
# task roles need Initialize-ECSAgent after each start.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows_task_IAM_roles.html
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string]$Cluster,
    [switch]$EnableTaskIamRole,
    [switch]$EnableTaskEni,
    [switch]$BlockMetadata,
    # JSON: networks that tasks with interfaces of their own reach through the host.
    [string]$LocalRoute = '',
    [switch]$DrainSpot,
    [string]$LoggingDriver = '["json-file","awslogs"]',
    [hashtable]$Attribute = @{},
    # Of the agent, by name.
    [hashtable]$Variable = @{},
    # Both, where the launch waits for this script.
    [string]$GroupName = '',
    [string]$HookName = '',
    # The group has a warm pool, through which an instance may go.
    [switch]$WarmPool,
    [double]$DockerSeconds = 300,
    [double]$NetworkSeconds = 60,
    [double]$AgentSeconds = 900,
    [double]$PollSeconds = 5,
    [string]$Introspection = 'http://localhost:51678/v1/metadata'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Get-HttpText {
    param([string]$Uri, [string]$Method = 'GET', [hashtable]$Header = @{})
    $request = [Net.WebRequest]::Create($Uri)
    $request.Method = $Method
    $request.Timeout = 5000
    # No proxy stands between a host and itself.
    $request.Proxy = $null
    if ($Method -eq 'PUT') { $request.ContentLength = 0 }
    foreach ($name in $Header.Keys) { $request.Headers.Add($name, $Header[$name]) }
    $response = $request.GetResponse()
    try { return [IO.StreamReader]::new($response.GetResponseStream()).ReadToEnd().Trim() }
    finally { $response.Dispose() }
}

function Get-MetadataItem {
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
    param([string]$Name)
    $endpoint = 'http://169.254.169.254'
    if ($env:AWS_EC2_METADATA_SERVICE_ENDPOINT) { $endpoint = $env:AWS_EC2_METADATA_SERVICE_ENDPOINT.TrimEnd('/') }
    $lifetime = @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '60' }
    $token = Get-HttpText -Uri "$endpoint/latest/api/token" -Method 'PUT' -Header $lifetime
    return Get-HttpText -Uri "$endpoint/latest/meta-data/$Name" -Header @{ 'X-aws-ec2-metadata-token' = $token }
}

function Show-HostEvent {
    # One line in the log of the launch agent and one in the Application log.
    param([string]$Message, [string]$EntryType = 'Information')
    Write-Host "Winbake: $Message"
    try {
        # Fails where the source is known already, which is as well.
        New-EventLog -LogName 'Application' -Source 'Winbake' -ErrorAction SilentlyContinue
        Write-EventLog -LogName 'Application' -Source 'Winbake' -EventId 1 -EntryType $EntryType -Message $Message
    }
    catch { Write-Host "Winbake: the event log could not be written: $($_.Exception.Message)" }
}

function Write-AgentVariable {
    # For the service, which reads the machine's variables, and for Initialize-ECSAgent in this process.
    param([string]$Name, [string]$Value)
    [Environment]::SetEnvironmentVariable($Name, $Value, 'Machine')
    [Environment]::SetEnvironmentVariable($Name, $Value, 'Process')
}

function Get-LocalPath {
    # .NET knows no PowerShell drives.
    param([string]$Path)
    return $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
}

function Get-CachedImageText {
    $file = Get-LocalPath -Path 'C:\ProgramData\Winbake\image-manifest.json'
    if (-not [IO.File]::Exists($file)) { return 'no image manifest of Winbake is on it' }
    $manifest = [IO.File]::ReadAllText($file) | ConvertFrom-Json
    $images = @($manifest.images | ForEach-Object { "$($_.family) $($_.osVersion) ($($_.mode))" }) -join ', '
    return "baked by order $($manifest.order) as $($manifest.host.osVersion) with $images"
}

function Invoke-Docker {
    param([string]$Argument, [double]$Seconds)
    $start = [Diagnostics.ProcessStartInfo]::new(@(Get-Command -Name 'docker' -CommandType Application)[0].Path)
    $start.Arguments = $Argument
    $start.UseShellExecute = $false
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $process = [Diagnostics.Process]::Start($start)
    $output = $process.StandardOutput.ReadToEndAsync()
    $errors = $process.StandardError.ReadToEndAsync()
    if (-not $process.WaitForExit([int](1000 * $Seconds))) {
        $process.Kill()
        throw "`"docker $($Argument.Split(' ')[0])`" did not end within $Seconds s"
    }
    if ($process.ExitCode -ne 0) { throw $errors.Result }
    $answer = $output.Result.Trim()
    if ($answer -eq '') { throw "`"docker $($Argument.Split(' ')[0])`" answered nothing" }
    return $answer
}

function Switch-Service {
    # Start-Service and Stop-Service wait for ever for one that hangs.
    param([string]$Name, [string]$Status)
    $service = Get-Service -Name $Name
    if ($service.Status -eq $Status) { return }
    if ($Status -eq 'Stopped') { $service.Stop() } else { $service.Start() }
    $service.WaitForStatus($Status, [TimeSpan]::FromSeconds(180))
}

function Get-NetworkFault {
    # Without Docker's network nat, or without its adapter, the agent does not start.
    # https://github.com/aws/amazon-ecs-agent/issues/4445
    param([double]$Seconds, [double]$PollSeconds)
    try { $null = Invoke-Docker -Argument 'network inspect nat' -Seconds 60 }
    catch { return "Docker has no network nat: $($_.Exception.Message.Trim().TrimEnd('.'))" }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $adapters = @(Get-NetAdapter -Name 'vEthernet (nat)*', 'vEthernet (HNS Internal NIC)*' -ErrorAction SilentlyContinue)
        if (@($adapters | Where-Object { [string]$_.Status -eq 'Up' }).Count -gt 0) { return '' }
        if ($watch.Elapsed.TotalSeconds -ge $Seconds) { return "the adapter of Docker's network nat is not up" }
        Start-Sleep -Milliseconds ([int](1000 * $PollSeconds))
    }
}

function Repair-HostNetwork {
    # Makes the networks of containers anew, once: none is in use yet. Whatever comes of it the agent has the last word.
    param([double]$DockerSeconds, [double]$NetworkSeconds, [double]$PollSeconds)
    $fault = Get-NetworkFault -Seconds $NetworkSeconds -PollSeconds $PollSeconds
    if ($fault -eq '') { return }
    Show-HostEvent -Message "$fault; the networks of containers are made anew." -EntryType 'Warning'
    try {
        Switch-Service -Name 'docker' -Status 'Stopped'
        if ($null -ne (Get-Command -Name 'Get-HnsNetwork' -ErrorAction SilentlyContinue)) { Get-HnsNetwork | Remove-HnsNetwork }
        elseif ($null -ne (Get-Command -Name 'Get-ContainerNetwork' -ErrorAction SilentlyContinue)) {
            Get-ContainerNetwork | Remove-ContainerNetwork -Force
        }
        Switch-Service -Name 'hns' -Status 'Stopped'
        $data = Get-LocalPath -Path 'C:\ProgramData\Microsoft\Windows\HNS\HNS.data'
        if ([IO.File]::Exists($data)) { [IO.File]::Delete($data) }
        $null = Wait-Docker -Seconds $DockerSeconds -PollSeconds $PollSeconds
        $left = Get-NetworkFault -Seconds $NetworkSeconds -PollSeconds $PollSeconds
    }
    catch { $left = $_.Exception.Message }
    if ($left -eq '') { Show-HostEvent -Message 'Docker has its network nat again.' }
    else { Show-HostEvent -Message "making the networks anew did not help: $left." -EntryType 'Warning' }
}

function Wait-Docker {
    # On a first boot Docker starts late, or Windows gives its start up; the agent needs it, and its network, from the beginning.
    # https://github.com/aws/amazon-ecs-agent/issues/4445
    param([double]$Seconds, [double]$PollSeconds)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $limit = 5
    while ($true) {
        $service = @(Get-Service | Where-Object { $_.Name -eq 'docker' })
        if ($service.Count -eq 0) { throw 'this Windows has no service docker. Take an ECS-optimized AMI.' }
        try {
            if ($service[0].StartType -eq 'Disabled') { throw 'its service is disabled' }
            if ($service[0].Status -eq 'Stopped') { $service[0].Start() }
            # A call that came before the engine listened may hang for ever, where the next one is answered.
            $limit *= 2
            $left = [Math]::Max(5, [Math]::Min($limit, $Seconds - $watch.Elapsed.TotalSeconds))
            return Invoke-Docker -Argument 'version --format {{.Server.Version}}' -Seconds $left
        }
        catch { $reason = $_.Exception.Message.Trim().TrimEnd('.') }
        if ($watch.Elapsed.TotalSeconds -ge $Seconds) {
            throw "Docker does not answer after $Seconds s: $reason. Its own log is the Application log, source docker."
        }
        Start-Sleep -Milliseconds ([int](1000 * $PollSeconds))
    }
}

function Wait-EcsAgent {
    # The agent knows its container instance only once it is registered; until then the field is empty.
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-introspection.html
    param([string]$Uri, [double]$Seconds, [double]$PollSeconds)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            $found = Get-HttpText -Uri $Uri | ConvertFrom-Json
            if ($found.PSObject.Properties['ContainerInstanceArn'] -and $found.ContainerInstanceArn) {
                return $found.ContainerInstanceArn
            }
            $seen = 'it answers and is not registered'
        }
        catch { $seen = "it does not answer: $($_.Exception.GetBaseException().Message)" }
        if ($watch.Elapsed.TotalSeconds -ge $Seconds) {
            throw "the ECS agent did not register within $Seconds s ($seen). Its log is in " +
                'C:\ProgramData\Amazon\ECS\log; most often the role of the instance lacks rights, or there is no way to ECS.'
        }
        Start-Sleep -Milliseconds ([int]($PollSeconds * 1000))
    }
}

function Get-UpInstant {
    # When the host came up to join. It stays what it was at later starts: the agent ends where ECS shows another value of an attribute.
    try { $path = "C:\ProgramData\Winbake\up-$(Get-MetadataItem -Name 'instance-id').txt" } catch { return '' }
    $file = Get-LocalPath -Path $path
    if (-not [IO.File]::Exists($file)) {
        $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($file))
        [IO.File]::WriteAllText($file, "$([DateTime]::UtcNow.ToString('s'))Z")
    }
    return [IO.File]::ReadAllText($file)
}

function Test-Mark {
    # An AMI that was made of a container host brings the mark of another instance along, which does not count.
    param([string]$Mark, [string]$InstanceId)
    $file = Get-LocalPath -Path "C:\ProgramData\Winbake\$Mark.txt"
    return [IO.File]::Exists($file) -and [IO.File]::ReadAllText($file) -eq $InstanceId
}

function Complete-Launch {
    # Reports to Auto Scaling how the launch ended; once in the life of an instance, however often it starts, and once before where it
    # goes through a warm pool.
    param([string]$GroupName, [string]$HookName, [double]$PollSeconds, [string]$Mark, [ValidateSet('CONTINUE', 'ABANDON')] [string]$Result)
    if ($GroupName -eq '' -or $HookName -eq '') { return }
    $instanceId = Get-MetadataItem -Name 'instance-id'
    if (Test-Mark -Mark $Mark -InstanceId $instanceId) { return }
    $action = @{
        LifecycleHookName     = $HookName
        AutoScalingGroupName  = $GroupName
        LifecycleActionResult = $Result
        InstanceId            = $instanceId
        Region                = Get-MetadataItem -Name 'placement/region'
        Force                 = $true
    }
    for ($attempt = 1; $attempt -le 5; $attempt++) {
        try {
            $null = Complete-ASLifecycleAction @action
            break
        }
        catch {
            # Completed before by a start that did not live to write its mark, or nothing waits.
            if ($_.Exception.Message -match 'No active Lifecycle Action') { break }
            if ($attempt -eq 5) { throw "the lifecycle hook $HookName of $GroupName could not be completed: $($_.Exception.Message)" }
            Start-Sleep -Milliseconds ([int]($PollSeconds * 1000 * $attempt))
        }
    }
    $file = Get-LocalPath -Path "C:\ProgramData\Winbake\$Mark.txt"
    $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($file))
    [IO.File]::WriteAllText($file, $instanceId)
    $what = if ($Mark -eq 'warmed') { 'way into the warm pool' } else { 'launch' }
    Show-HostEvent -Message "the $what of $instanceId in $GroupName ended with $Result."
}

#region Of groups with a warm pool; user data of others leaves it out.
function Test-Warming {
    # Whether this start is the one after which the pool stops the instance. The state may be that of before while one leaves the pool.
    # https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
    param([double]$PollSeconds)
    for ($attempt = 1; $attempt -le 5; $attempt++) {
        try {
            if ((Get-MetadataItem -Name 'autoscaling/target-lifecycle-state') -notlike 'Warmed:*') { return $false }
            return -not (Test-Mark -Mark 'warmed' -InstanceId (Get-MetadataItem -Name 'instance-id'))
        }
        catch { Start-Sleep -Milliseconds ([int]($PollSeconds * 1000)) }
    }
    return $false
}

function Register-Completion {
    # EC2Launch saves its state after user data; a pool that stopped the instance before that would have it run as a first start again.
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-warm-pool.html#using-warm-pool-windows-lifecycle-hooks
    param([hashtable]$Launch)
    $names = 'Get-HttpText', 'Get-MetadataItem', 'Show-HostEvent', 'Get-LocalPath', 'Test-Mark', 'Complete-Launch'
    $values = @($Launch.Keys | ForEach-Object { "-$_ '$(([string]$Launch[$_]).Replace("'", "''"))'" }) -join ' '
    $lines = @('Set-StrictMode -Version Latest', "`$ErrorActionPreference = 'Stop'")
    $lines += @($names | ForEach-Object { "function $_ {$((Get-Command -Name $_ -CommandType Function).Definition)}" })
    $lines += "try { Complete-Launch $values -Result 'CONTINUE' }"
    $lines += "catch { Show-HostEvent -Message `$_.Exception.Message -EntryType 'Error' }"
    $path = 'C:\ProgramData\Winbake\complete-launch.ps1'
    $file = Get-LocalPath -Path $path
    $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($file))
    [IO.File]::WriteAllText($file, ($lines -join "`r`n"))
    $task = @{
        TaskName  = 'Winbake-CompleteLaunch'
        Action    = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File $path"
        Trigger   = New-ScheduledTaskTrigger -Once -At ([DateTime]::Now.AddSeconds(60))
        # A restart in between is no reason to leave it out.
        Settings  = New-ScheduledTaskSettingsSet -StartWhenAvailable
        Principal = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount -RunLevel Highest
        Force     = $true
    }
    $null = Register-ScheduledTask @task
}
#endregion

$launch = @{ GroupName = $GroupName; HookName = $HookName; PollSeconds = $PollSeconds; Mark = 'launched' }
try {
    $isWarming = $WarmPool -and (Test-Warming -PollSeconds $PollSeconds)
    if ($isWarming) { $launch.Mark = 'warmed' }
    # What comes after this script in user data runs on hosts that have joined.
    [Environment]::SetEnvironmentVariable('WINBAKE_WARMING', ([string]$isWarming).ToLowerInvariant(), 'Process')
    $windows = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
    $attributes = [ordered]@{}
    foreach ($name in @($Attribute.Keys | Sort-Object)) { $attributes[$name] = [string]$Attribute[$name] }
    $attributes['winbake.build'] = [string]$windows.CurrentBuild
    $attributes['winbake.revision'] = [string]$windows.UBR
    $up = if ($isWarming) { '' } else { Get-UpInstant }
    if ($up -ne '') { $attributes['winbake.up'] = $up }
    Show-HostEvent -Message "this host runs 10.0.$($windows.CurrentBuild).$($windows.UBR); $(Get-CachedImageText)."
    foreach ($name in $Variable.Keys) { Write-AgentVariable -Name $name -Value $Variable[$name] }
    Write-AgentVariable -Name 'ECS_INSTANCE_ATTRIBUTES' -Value (ConvertTo-Json -InputObject $attributes -Compress)
    # Missing layers only; prefer-cached would turn the cleanup of images off for good.
    Write-AgentVariable -Name 'ECS_IMAGE_PULL_BEHAVIOR' -Value 'default'
    # No task has used the cached images yet, so they count as untracked.
    Write-AgentVariable -Name 'ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP' -Value 'false'
    Write-AgentVariable -Name 'ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE' -Value 'true'
    Write-AgentVariable -Name 'ECS_ENABLE_SPOT_INSTANCE_DRAINING' -Value ([string]$DrainSpot.IsPresent).ToLowerInvariant()
    # The agent itself waits with its registration until the instance leaves the pool.
    if ($WarmPool) { Write-AgentVariable -Name 'ECS_WARM_POOLS_CHECK' -Value 'true' }
    if (@(Get-Service | Where-Object { $_.Name -eq 'AmazonECS' -and $_.Status -eq 'Running' }).Count -eq 0) {
        $agent = @{ Cluster = $Cluster; LoggingDrivers = $LoggingDriver }
        if ($EnableTaskIamRole) { $agent.EnableTaskIAMRole = $true }
        if ($EnableTaskEni) { $agent.EnableTaskENI = $true }
        if ($BlockMetadata) { $agent.AwsvpcBlockIMDS = $true }
        if ($LocalRoute) { $agent.AwsvpcAdditionalLocalRoutes = $LocalRoute }
        Show-HostEvent -Message "Docker $(Wait-Docker -Seconds $DockerSeconds -PollSeconds $PollSeconds) answers."
        Repair-HostNetwork -DockerSeconds $DockerSeconds -NetworkSeconds $NetworkSeconds -PollSeconds $PollSeconds
        Import-Module -Name 'ECSTools'
        $null = Initialize-ECSAgent @agent
    }
    if ($isWarming) {
        Register-Completion -Launch $launch
        Show-HostEvent -Message 'ready for the warm pool; it is told so in a minute.'
    }
    else {
        $arn = Wait-EcsAgent -Uri $Introspection -Seconds $AgentSeconds -PollSeconds $PollSeconds
        Show-HostEvent -Message "registered as $arn."
        Complete-Launch @launch -Result 'CONTINUE'
    }
}
catch {
    $message = "this host does not join the cluster ${Cluster}: $($_.Exception.Message)"
    Show-HostEvent -Message $message -EntryType 'Error'
    try { Complete-Launch @launch -Result 'ABANDON' }
    catch { Show-HostEvent -Message "the launch could not be abandoned either: $($_.Exception.Message)" -EntryType 'Error' }
    throw $message
}
