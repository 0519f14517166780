# The app packages that host.json names ("appPackages": [{ "name", "installed", "provisioned", "version", "provisionedVersion",
# "bundleVersion", ... }]). One with a bundleVersion is installed as a bundle too, and provisioned as one: the versions of a bundle
# and of the package in it differ.
#   https://learn.microsoft.com/powershell/module/appx/get-appxpackage?view=windowsserver2022-ps
#   https://learn.microsoft.com/powershell/module/dism/get-appxprovisionedpackage?view=windowsserver2022-ps

function Get-PackageFact {
    $packages = (Get-HostState).PSObject.Properties['appPackages']
    if ($null -ne $packages) { foreach ($package in $packages.Value) { $package } }
}

function Get-PackageVersion {
    param([object]$Package, [string]$Name, [string]$Otherwise = '1.0.0.0')
    $version = $Package.PSObject.Properties[$Name]
    if ($null -eq $version) { return $Otherwise }
    return [string]$version.Value
}

function Get-AppxPackage {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [switch]$AllUsers,
        [ValidateSet('Main', 'Framework', 'Bundle')] [string[]]$PackageTypeFilter = @('Main', 'Framework')
    )
    $null = $AllUsers
    foreach ($package in Get-PackageFact) {
        $users = @()
        # True, or the state that a user has of it.
        $installed = $package.installed
        if ($installed) { $users = @([pscustomobject]@{ InstallState = if ($installed -is [string]) { $installed } else { 'Installed' } }) }
        $framework = [bool]$package.PSObject.Properties['framework']
        $kind = if ($framework) { 'Framework' } else { 'Main' }
        $names = @()
        if ($PackageTypeFilter -contains $kind) { $names += "$($package.name)_$(Get-PackageVersion $package 'version')_x64__8wekyb3d8bbwe" }
        if ($PackageTypeFilter -contains 'Bundle' -and $package.PSObject.Properties['bundleVersion']) {
            $names += "$($package.name)_$($package.bundleVersion)_neutral_~_8wekyb3d8bbwe"
        }
        foreach ($full in $names) {
            [pscustomobject]@{
                Name                   = $package.name
                Version                = $full.Split('_')[1]
                PackageFullName        = $full
                IsFramework            = $framework
                IsResourcePackage      = $false
                SignatureKind          = if ($package.PSObject.Properties['system']) { 'System' } else { 'Store' }
                PackageUserInformation = $users
            }
        }
    }
}

function Get-AppxProvisionedPackage {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [switch]$Online)
    $null = $Online
    foreach ($package in Get-PackageFact) {
        if (-not $package.provisioned) { continue }
        $version = Get-PackageVersion -Package $package -Name 'provisionedVersion' -Otherwise (Get-PackageVersion -Package $package -Name 'version')
        $kind = if ($package.PSObject.Properties['bundleVersion']) { 'neutral_~' } else { 'x64_' }
        [pscustomobject]@{
            DisplayName = $package.name
            Version     = $version
            PackageName = "$($package.name)_${version}_${kind}_8wekyb3d8bbwe"
        }
    }
}
