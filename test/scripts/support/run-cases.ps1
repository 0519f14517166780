# Runs many scripts one after the other in this process, each on a simulated host of its own, and writes down how each ended.
param(
    [Parameter(Mandatory = $true)] [string]$CaseFile,
    [Parameter(Mandatory = $true)] [string]$ResultFile,
    [Parameter(Mandatory = $true)] [string]$SimulatedWindows
)
$console = [Console]::Error
# What AWS's Windows AMIs have beside Windows' own modules; ECSTools is imported by the script that needs it.
$modules = [IO.Path]::Combine($PSScriptRoot, 'modules')
$env:PSModulePath = "$modules$([IO.Path]::PathSeparator)$env:PSModulePath"
foreach ($module in 'AWSPowerShell', 'ScheduledTasks') {
    Import-Module -Name ([IO.Path]::Combine($modules, $module, "$module.psm1")) -Global
}
$results = foreach ($case in @([IO.File]::ReadAllText($CaseFile) | ConvertFrom-Json)) {
    foreach ($variable in $case.env.PSObject.Properties) {
        [Environment]::SetEnvironmentVariable($variable.Name, $variable.Value)
    }
    Import-Module -Name $SimulatedWindows -Force -Global -ErrorAction Stop
    $parameters = @{}
    foreach ($parameter in $case.parameters.PSObject.Properties) { 
        $value = $parameter.Value
        # JSON knows no hashtables.
        if ($value -is [Management.Automation.PSCustomObject]) {
            $table = @{}
            foreach ($entry in $value.PSObject.Properties) { $table[$entry.Name] = $entry.Value }
            $value = $table
        }
        $parameters[$parameter.Name] = $value
    }
    $errors = [IO.StringWriter]::new()
    [Console]::SetError($errors)
    $global:LASTEXITCODE = -1
    try {
        $output = @(& $case.script @parameters 6>&1 | ForEach-Object { [string]$_ })
    }
    catch {
        $output = @()
        [Console]::Error.WriteLine("UNCAUGHT $_")
        $global:LASTEXITCODE = 1
    }
    [Console]::SetError($console)
    [ordered]@{ exitCode = $LASTEXITCODE; stdout = $output; stderr = $errors.ToString() }
}
[IO.File]::WriteAllText($ResultFile, (ConvertTo-Json -InputObject @($results) -Depth 4))
