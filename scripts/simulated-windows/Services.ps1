# The service commands, for the services that host.json names ("services": {"docker": "Running"}).
# Status and StartType are notified by their names, as the enumerations of the originals print and compare:
#   https://learn.microsoft.com/dotnet/api/system.serviceprocess.servicecontrollerstatus
#   https://learn.microsoft.com/powershell/module/microsoft.powershell.management/set-service

function Get-ServiceStatus {
    param([object]$State, [string]$Name)
    if ($Name -match '[*?\[]') {
        throw "Wildcards in a service's name ('$Name') are not modelled on the simulated host."
    }
    $found = (Get-HostFact $State 'services').PSObject.Properties[$Name]
    # Where Docker runs there is the Host Networking Service, which starts when somebody needs it.
    if ($null -eq $found -and $Name -eq 'hns') { return 'Running' }
    if ($null -eq $found) {
        throw "Cannot find any service with service name '$Name': the simulated host's host.json does not list it."
    }
    return [string]$found.Value
}

function Get-ServiceStartType {
    param([object]$State, [string]$Name)
    $types = $State.PSObject.Properties['startTypes']
    if ($null -eq $types -or $null -eq $types.Value.PSObject.Properties[$Name]) { return 'Automatic' }
    return [string]$types.Value.$Name
}

function Step-StartFailure {
    # "startFailures": {"docker": 2} lets the next two starts fail, as one that does not answer the service control manager in time.
    # https://learn.microsoft.com/troubleshoot/windows-server/system-management-components/service-not-start-events-7000-7011-time-out-error
    param([object]$State, [string]$Name)
    $failures = $State.PSObject.Properties['startFailures']
    if ($null -eq $failures -or $null -eq $failures.Value.PSObject.Properties[$Name]) { return }
    if ($failures.Value.$Name -lt 1) { return }
    $failures.Value.$Name = $failures.Value.$Name - 1
    Set-HostState $State
    throw "Service '$Name' cannot be started due to the following error: Cannot start service $Name on computer '.'."
}

function Set-ServiceStatus {
    param([string[]]$Name, [string]$Status)
    foreach ($one in $Name) {
        $state = Get-HostState
        $null = Get-ServiceStatus $state $one
        if ($Status -eq 'Running' -and (Get-ServiceStartType $state $one) -eq 'Disabled') {
            throw "Service '$one' cannot be started: it is disabled."
        }
        if ($Status -eq 'Running') { Step-StartFailure $state $one }
        $stuck = $state.PSObject.Properties['stuckServices']
        $next = $Status
        # "stuckServices" never come where they are sent.
        if ($null -ne $stuck -and @($stuck.Value) -contains $one) { $next = if ($Status -eq 'Running') { 'StartPending' } else { 'StopPending' } }
        Set-KnownStatus $one $next
        if ($one -eq 'docker' -and $next -eq 'Running') {
            $hns = Get-ServiceStatus $state 'hns'
            Set-KnownStatus 'hns' 'Running'
            Update-NatNetwork $hns
        }
    }
}

function Set-KnownStatus {
    param([string]$Name, [string]$Status)
    $state = Get-HostState
    $state.services.PSObject.Properties.Remove($Name)
    $state.services.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new($Name, $Status))
    Set-HostState $state
}

function Get-Service {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string[]]$Name)
    $state = Get-HostState
    # Without a name the original gives all services.
    if (-not $Name) { $Name = @((Get-HostFact $state 'services').PSObject.Properties | ForEach-Object { $_.Name }) }
    foreach ($one in $Name) {
        $service = [pscustomobject]@{
            Status    = Get-ServiceStatus $state $one
            Name      = $one
            StartType = Get-ServiceStartType $state $one
        }
        # https://learn.microsoft.com/dotnet/api/system.serviceprocess.servicecontroller.waitforstatus
        Add-Method $service 'Start' { Set-ServiceStatus $this.Name 'Running' }
        Add-Method $service 'Stop' { Set-ServiceStatus $this.Name 'Stopped' }
        Add-Method $service 'WaitForStatus' {
            param([string]$Wanted, [TimeSpan]$Within)
            $watch = [Diagnostics.Stopwatch]::StartNew()
            while ((Get-ServiceStatus (Get-HostState) $this.Name) -ne $Wanted) {
                if ($watch.Elapsed -ge $Within) { throw [TimeoutException]::new('Time out has expired and the operation has not been completed.') }
                Start-Sleep -Milliseconds 20
            }
        }
        $service
    }
}

function Start-Service {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string[]]$Name)
    Set-ServiceStatus $Name 'Running'
}

function Stop-Service {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string[]]$Name, [switch]$Force)
    # -Force stops dependent services too; the simulated host has no dependencies, so both forms do the same.
    $null = $Force
    Set-ServiceStatus $Name 'Stopped'
}

function Restart-Service {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string[]]$Name, [switch]$Force)
    $null = $Force
    Set-ServiceStatus $Name 'Running'
}

function Set-Service {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string]$Name,
        [Parameter(Mandatory)] [ValidateSet('Automatic', 'Manual', 'Disabled')] [string]$StartupType
    )
    $state = Get-HostState
    $null = Get-ServiceStatus $state $Name
    $types = [ordered]@{}
    if ($state.PSObject.Properties['startTypes']) {
        foreach ($known in $state.startTypes.PSObject.Properties) { $types[$known.Name] = $known.Value }
    }
    $types[$Name] = $StartupType
    $state.PSObject.Properties.Remove('startTypes')
    $state.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new('startTypes', [pscustomobject]$types))
    Set-HostState $state
}
