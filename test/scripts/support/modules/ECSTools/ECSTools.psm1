# Stands for the module of that name on ECS-optimized Windows AMIs; for these tests only. Each start is written down with
# what it was given and the variables that the agent would see.
function Initialize-ECSAgent {
    param(
        [Parameter(Mandatory = $true)] [string]$Cluster,
        [string]$LoggingDrivers,
        [switch]$EnableTaskIAMRole,
        [switch]$EnableTaskENI,
        [switch]$AwsvpcBlockIMDS,
        [string]$AwsvpcAdditionalLocalRoutes
    )
    $start = [ordered]@{ cluster = $Cluster; drivers = $LoggingDrivers; role = $EnableTaskIAMRole.IsPresent }
    $start.eni = $EnableTaskENI.IsPresent
    $start.block = $AwsvpcBlockIMDS.IsPresent
    if ($AwsvpcAdditionalLocalRoutes) { $start.routes = $AwsvpcAdditionalLocalRoutes }
    $start.variables = [ordered]@{}
    foreach ($name in 'INSTANCE_ATTRIBUTES', 'IMAGE_PULL_BEHAVIOR', 'ENABLE_UNTRACKED_IMAGE_CLEANUP',
        'ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE', 'ENABLE_SPOT_INSTANCE_DRAINING') {
        $start.variables["ECS_$name"] = [Environment]::GetEnvironmentVariable("ECS_$name")
    }
    foreach ($name in 'ECS_GMSA_SUPPORTED', 'ECS_CONTAINER_START_TIMEOUT', 'NO_PROXY', 'ECS_WARM_POOLS_CHECK') {
        $value = [Environment]::GetEnvironmentVariable($name)
        if ($value) { $start.variables[$name] = $value }
    }
    $file = [IO.Path]::Combine($env:WINBAKE_SIMULATED_HOST, 'agent-starts.jsonl')
    [IO.File]::AppendAllText($file, (ConvertTo-Json -InputObject $start -Depth 4 -Compress) + "`n")
    if ($env:FAIL_AGENT) { throw $env:FAIL_AGENT }
    Start-Service -Name 'AmazonECS'
}
