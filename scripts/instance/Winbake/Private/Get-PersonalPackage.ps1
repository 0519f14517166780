function Get-PersonalPackage {
    # The app packages that a user has and that are not provisioned for all users: sysprep refuses each of them. What belongs to
    # Windows, what others share and what cannot be removed is left out, since sysprep handles it.
    [CmdletBinding()]
    [OutputType([string])]
    param()
    # Server Core has no such packages, and on some releases not even the command.
    if ($null -eq (Get-Command -Name 'Get-AppxPackage' -ErrorAction 'SilentlyContinue')) { return }
    $provisioned = @(Get-AppxProvisionedPackage -Online | ForEach-Object { $_.DisplayName })
    foreach ($package in @(Get-AppxPackage -AllUsers)) {
        $flags = @('IsFramework', 'IsResourcePackage', 'NonRemovable' | Where-Object {
            $property = $package.PSObject.Properties[$_]
            $null -ne $property -and $property.Value
        })
        $users = @($package.PackageUserInformation | Where-Object { [string]$_.InstallState -like '*Installed*' })
        $own = $flags.Count -gt 0 -or [string]$package.SignatureKind -eq 'System'
        if (-not $own -and $users.Count -gt 0 -and $provisioned -notcontains $package.Name) { $package.PackageFullName }
    }
}
