# Restarts the simulated host between two steps of a test: nothing is pending any more.
$file = [IO.Path]::Combine($env:WINBAKE_SIMULATED_HOST, 'host.json')
$state = [IO.File]::ReadAllText($file) | ConvertFrom-Json
$state.pendingReboot = $false
[IO.File]::WriteAllText($file, (ConvertTo-Json -InputObject $state -Depth 8))
exit 0
