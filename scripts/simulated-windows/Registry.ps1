# Test-Path and Get-ItemProperty with the registry keys that the scripts read; other paths go to the original commands.
#
# CurrentBuild is text and UBR a number:
#   https://github.com/moby/moby/blob/master/pkg/parsers/operatingsystem/operatingsystem_windows.go
# ProductName and InstallationType ('Server Core' or 'Server') are text (WindowsProductName, WindowsInstallationType):
#   https://learn.microsoft.com/dotnet/api/microsoft.powershell.commands.computerinfo
# BuildLabEx is left out on purpose: since 2019 it does not tell the revision.
# Keys whose mere presence means that a restart is due, of Windows Update, of component based servicing and of roles, and
# the value of the session manager that lists files to be renamed:
#   https://github.com/dsccommunity/ComputerManagementDsc/blob/main/source/DSCResources/DSC_PendingReboot/DSC_PendingReboot.psm1

$script:versionKey = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$script:rebootKeys = @{
    RebootRequired        = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
    RebootPending         = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
    RebootInProgress      = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootInProgress'
    PackagesPending       = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\PackagesPending'
    CurrentRebootAttempts = 'HKLM:\SOFTWARE\Microsoft\ServerManager\CurrentRebootAttempts'
}
$script:sessionKey = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager'
# The originals, found before the functions below hide them.
$script:testPath = Get-Command -Name 'Test-Path' -CommandType Cmdlet
$script:getChildItem = Get-Command -Name 'Get-ChildItem' -CommandType Cmdlet
$script:getItemProperty = Get-Command -Name 'Get-ItemProperty' -CommandType Cmdlet

function Test-RegistryPath {
    param([string]$Path)
    return $Path -match '^(HK(LM|CU|CR|U|CC):|Registry::|Microsoft\.PowerShell\.Core\\Registry::)'
}

function Get-RegistryKey {
    param([string]$Path)
    return $Path.Replace('/', '\').TrimEnd('\')
}

function Test-RegistryKey {
    param([string]$Path)
    $key = Get-RegistryKey $Path
    if ($key -eq $script:versionKey) {
        return $true
    }
    foreach ($name in $script:rebootKeys.Keys) {
        if ($key -eq $script:rebootKeys[$name]) {
            # true: the keys that an update leaves are there; a name: only that one; false: none.
            $pending = Get-HostFact (Get-HostState) 'pendingReboot'
            if ($pending -is [bool]) { return $pending -and $name -in 'RebootRequired', 'RebootPending' }
            return $pending -eq $name -or $pending -eq "$name/"
        }
    }
    throw "The registry key '$Path' is not modelled on the simulated host."
}

# The keys below a key; only packages that servicing still has to install are modelled: a pendingReboot of "PackagesPending/" is
# the key without any.
function Get-ChildItem {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string]$LiteralPath, [string]$Filter, [switch]$Force, [switch]$Recurse)
    if (-not (Test-RegistryPath $LiteralPath)) {
        if (-not $PSBoundParameters.ContainsKey('ErrorAction')) {
            $ErrorActionPreference = $PSCmdlet.SessionState.PSVariable.GetValue('ErrorActionPreference')
        }
        return & $script:getChildItem @PSBoundParameters
    }
    if (-not (Test-RegistryKey $LiteralPath)) { Write-Error "Cannot find path '$LiteralPath' because it does not exist."; return }
    if ([string](Get-HostFact (Get-HostState) 'pendingReboot') -eq 'PackagesPending') { [pscustomobject]@{ PSChildName = 'Package_for_KB~31bf~amd64~~1.0' } }
}

function Get-RegistryValue {
    param([string]$Path, [string[]]$Name)
    $service = Get-ServiceOfKey $Path
    if ($service -and -not $Name) { return Get-ServiceValue $service }
    if ((Get-RegistryKey $Path) -eq $script:sessionKey) {
        $renames = (Get-HostState).PSObject.Properties['pendingFileRenames']
        if ($null -eq $renames) { return [pscustomobject]@{} }
        return [pscustomobject]@{ PendingFileRenameOperations = [string[]]$renames.Value }
    }
    if ((Get-RegistryKey $Path) -ne $script:versionKey) {
        throw "The values of the registry key '$Path' are not modelled on the simulated host."
    }
    $state = Get-HostState
    $build = [string](Get-HostFact $state 'currentBuild')
    $values = [ordered]@{
        CurrentBuild              = $build
        CurrentBuildNumber        = $build
        CurrentMajorVersionNumber = 10
        CurrentMinorVersionNumber = 0
        InstallationType          = [string](Get-HostFact $state 'installationType')
        ProductName               = [string](Get-HostFact $state 'productName')
        UBR                       = [int](Get-HostFact $state 'ubr')
    }
    foreach ($wanted in $Name) {
        if (-not $values.Contains($wanted)) {
            throw "The registry value '$wanted' of '$Path' is not modelled on the simulated host."
        }
    }
    $result = [ordered]@{}
    foreach ($key in $values.Keys) {
        if (-not $Name -or $Name -contains $key) { $result[$key] = $values[$key] }
    }
    return [pscustomobject]$result
}

function Test-Path {
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    param(
        [Parameter(ParameterSetName = 'Path', Mandatory, Position = 0, ValueFromPipeline)] [string[]]$Path,
        [Parameter(ParameterSetName = 'LiteralPath', Mandatory)] [string[]]$LiteralPath,
        [ValidateSet('Any', 'Container', 'Leaf')] [string]$PathType
    )
    process {
        if (-not $PSBoundParameters.ContainsKey('ErrorAction')) {
            $ErrorActionPreference = $PSCmdlet.SessionState.PSVariable.GetValue('ErrorActionPreference')
        }
        $given = @(if ($PSCmdlet.ParameterSetName -eq 'Path') { $Path } else { $LiteralPath })
        if (Test-RegistryPath $given[0]) {
            foreach ($one in $given) { Test-RegistryKey $one }
        }
        else {
            & $script:testPath @PSBoundParameters
        }
    }
}

function Get-ItemProperty {
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    param(
        [Parameter(ParameterSetName = 'Path', Mandatory, Position = 0, ValueFromPipeline)] [string[]]$Path,
        [Parameter(ParameterSetName = 'LiteralPath', Mandatory)] [string[]]$LiteralPath,
        [Parameter(Position = 1)] [string[]]$Name
    )
    process {
        if (-not $PSBoundParameters.ContainsKey('ErrorAction')) {
            $ErrorActionPreference = $PSCmdlet.SessionState.PSVariable.GetValue('ErrorActionPreference')
        }
        $given = @(if ($PSCmdlet.ParameterSetName -eq 'Path') { $Path } else { $LiteralPath })
        if (Test-RegistryPath $given[0]) {
            foreach ($one in $given) { Get-RegistryValue $one $Name }
        }
        else {
            & $script:getItemProperty @PSBoundParameters
        }
    }
}
