# The networks of the Host Networking Service, as far as Docker's "nat" is concerned. "hnsNetworks" of host.json lists their names
# (absent: nat), and "natNetwork" says how nat is: true or absent, it works; false, Docker cannot make it; "lost", it is gone until
# HNS and Docker are restarted; "detached", HNS keeps it and its adapter is gone, until it is removed and Docker makes it anew.
#   https://learn.microsoft.com/powershell/module/hostnetworkingservice/remove-hnsnetwork
#   https://github.com/moby/moby/blob/v25.0.6/daemon/daemon_windows.go
# Windows Server 2016 has the commands of its module Containers instead:
#   https://learn.microsoft.com/virtualization/hyper-v-on-windows/user-guide/setup-nat-network

function Get-HostNetworkName {
    $known = (Get-HostState).PSObject.Properties['hnsNetworks']
    if ($null -eq $known) { return 'nat' }
    foreach ($name in @($known.Value)) { $name }
}

function Set-HostProperty {
    param([string]$Name, [object]$Value)
    $state = Get-HostState
    $state.PSObject.Properties.Remove($Name)
    $state.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new($Name, $Value))
    Set-HostState $state
}

# "works", "missing", "lost" or "detached".
function Get-NatCondition {
    $nat = (Get-HostState).PSObject.Properties['natNetwork']
    if ($null -eq $nat) { return 'works' }
    if ($nat.Value -is [bool]) { return $(if ($nat.Value) { 'works' } else { 'missing' }) }
    return [string]$nat.Value
}

# What Docker finds of its network when it starts, and makes anew where HNS knows none.
function Update-NatNetwork {
    param([string]$HnsStatus)
    $how = Get-NatCondition
    if ($how -eq 'missing') { return }
    $names = @(Get-HostNetworkName)
    if (($how -eq 'lost' -and $HnsStatus -eq 'Stopped') -or ($how -eq 'detached' -and $names -notcontains 'nat')) {
        Set-HostProperty 'natNetwork' $true
    }
    if ($names -notcontains 'nat') { Set-HostProperty 'hnsNetworks' @($names + 'nat') }
}

function Remove-HostNetwork {
    param([object[]]$Network)
    $left = @(Get-HostNetworkName | Where-Object { @($Network | ForEach-Object { $_.Name }) -notcontains $_ })
    $stuck = (Get-HostState).PSObject.Properties['stuckNetworks']
    if ($null -ne $stuck) { $left = @($stuck.Value) }
    Set-HostProperty 'hnsNetworks' $left
}

function Get-HnsNetwork {
    [CmdletBinding()]
    param()
    foreach ($name in @(Get-HostNetworkName)) { [pscustomobject]@{ Name = $name; Type = 'nat' } }
}

function Remove-HnsNetwork {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0, ValueFromPipeline)] [object[]]$InputObjects)
    process { Remove-HostNetwork $InputObjects }
}

function Get-ContainerNetwork {
    [CmdletBinding()]
    param()
    foreach ($name in @(Get-HostNetworkName)) { [pscustomobject]@{ Name = $name; Mode = 'NAT' } }
}

function Remove-ContainerNetwork {
    [CmdletBinding()]
    param([Parameter(Mandatory, ValueFromPipeline)] [object[]]$InputObject, [switch]$Force)
    process {
        if (-not $Force) { throw 'Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.' }
        Remove-HostNetwork $InputObject
    }
}

function Get-NetworkCommand {
    if ([int](Get-HostFact (Get-HostState) 'currentBuild') -eq 14393) { 'Get-ContainerNetwork', 'Remove-ContainerNetwork' }
    else { 'Get-HnsNetwork', 'Remove-HnsNetwork' }
}

# The adapter of nat, which Windows Server 2016 names after HNS.
function Get-NetAdapter {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string[]]$Name = '*')
    $state = Get-HostState
    $how = Get-NatCondition
    $called = if ([int](Get-HostFact $state 'currentBuild') -eq 14393) { 'vEthernet (HNS Internal NIC)' } else { 'vEthernet (nat)' }
    $adapters = @([pscustomobject]@{ Name = 'Ethernet'; Status = 'Up' })
    if ($how -eq 'detached') { $adapters += [pscustomobject]@{ Name = $called; Status = 'Disconnected' } }
    elseif ($how -eq 'works') { $adapters += [pscustomobject]@{ Name = $called; Status = 'Up' } }
    foreach ($pattern in $Name) {
        $found = @($adapters | Where-Object { $_.Name -like $pattern })
        if ($found.Count -eq 0 -and $pattern -notmatch '[*?]') {
            Write-Error "No MSFT_NetAdapter objects found with property 'Name' equal to '$pattern'."
        }
        foreach ($adapter in $found) { $adapter }
    }
}
