# The app packages that host.json names ("appPackages": [{ "name", "installed", "provisioned", ... }]).
#   https://learn.microsoft.com/powershell/module/appx/get-appxpackage?view=windowsserver2022-ps
#   https://learn.microsoft.com/powershell/module/dism/get-appxprovisionedpackage?view=windowsserver2022-ps

function Get-PackageFact {
    $packages = (Get-HostState).PSObject.Properties['appPackages']
    if ($null -ne $packages) { foreach ($package in $packages.Value) { $package } }
}

function Get-AppxPackage {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [switch]$AllUsers)
    $null = $AllUsers
    foreach ($package in Get-PackageFact) {
        $users = @()
        if ($package.installed) { $users = @([pscustomobject]@{ InstallState = 'Installed' }) }
        [pscustomobject]@{
            Name                   = $package.name
            PackageFullName        = "$($package.name)_1.0.0.0_x64__8wekyb3d8bbwe"
            IsFramework            = [bool]$package.PSObject.Properties['framework']
            IsResourcePackage      = $false
            SignatureKind          = if ($package.PSObject.Properties['system']) { 'System' } else { 'Store' }
            PackageUserInformation = $users
        }
    }
}

function Get-AppxProvisionedPackage {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [switch]$Online)
    $null = $Online
    foreach ($package in Get-PackageFact) {
        if ($package.provisioned) { [pscustomobject]@{ DisplayName = $package.name } }
    }
}
