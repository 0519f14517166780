# The registry keys of services, as far as they hold a service's own environment variables: a list of lines NAME=value,
# which host.json keeps ("serviceEnvironment": {"docker": ["HTTP_PROXY=..."]}). It is read when the service starts.
#   https://learn.microsoft.com/powershell/module/microsoft.powershell.management/new-itemproperty?view=powershell-5.1
#   https://learn.microsoft.com/virtualization/windowscontainers/manage-docker/configure-docker-daemon

$script:serviceKey = '^HKLM:\\SYSTEM\\CurrentControlSet\\Services\\([^\\]+)$'

function Get-ServiceOfKey {
    param([string]$Path)
    if ((Get-RegistryKey $Path) -match $script:serviceKey) {
        $null = Get-ServiceStatus (Get-HostState) $Matches[1]
        return $Matches[1]
    }
}

function Get-ServiceValue {
    param([string]$Service)
    $all = (Get-HostState).PSObject.Properties['serviceEnvironment']
    $values = [ordered]@{ ImagePath = "C:\Program Files\$Service\$Service.exe" }
    if ($null -ne $all -and $null -ne $all.Value.PSObject.Properties[$Service]) {
        $values.Environment = [string[]]@($all.Value.$Service)
    }
    return [pscustomobject]$values
}

function Set-ServiceEnvironment {
    param([string]$Path, [string]$Name, [string[]]$Value)
    $service = Get-ServiceOfKey $Path
    if (-not $service -or $Name -ne 'Environment') {
        throw "The registry value '$Name' of '$Path' cannot be written on the simulated host: it is not modelled."
    }
    $state = Get-HostState
    $all = [ordered]@{}
    if ($state.PSObject.Properties['serviceEnvironment']) {
        foreach ($known in $state.serviceEnvironment.PSObject.Properties) { $all[$known.Name] = $known.Value }
    }
    if ($null -eq $Value) { $all.Remove($service) } else { $all[$service] = $Value }
    $state.PSObject.Properties.Remove('serviceEnvironment')
    $state.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new('serviceEnvironment', [pscustomobject]$all))
    Set-HostState $state
}

function New-ItemProperty {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string]$LiteralPath,
        [Parameter(Mandatory)] [string]$Name,
        [Parameter(Mandatory)] [ValidateSet('MultiString')] [string]$PropertyType,
        [Parameter(Mandatory)] [string[]]$Value,
        [switch]$Force
    )
    $service = Get-ServiceOfKey $LiteralPath
    if ($service -and -not $Force -and (Get-ServiceValue $service).PSObject.Properties[$Name]) {
        throw 'The property already exists.'
    }
    $null = $PropertyType
    Set-ServiceEnvironment -Path $LiteralPath -Name $Name -Value $Value
}

function Remove-ItemProperty {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string]$LiteralPath, [Parameter(Mandatory)] [string]$Name)
    $service = Get-ServiceOfKey $LiteralPath
    if ($service -and -not (Get-ServiceValue $service).PSObject.Properties[$Name]) {
        throw "Property $Name does not exist at path $LiteralPath."
    }
    Set-ServiceEnvironment -Path $LiteralPath -Name $Name -Value $null
}
