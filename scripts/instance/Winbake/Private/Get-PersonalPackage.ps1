function Get-PersonalPackage {
    # What is wrong with app packages that a user has: one that is not provisioned for all users, or newer than what is, as an
    # update by the Store leaves it. Sysprep refuses each. What belongs to Windows, what others share and what cannot be removed is
    # left out, since sysprep handles it. A bundle has another version than the package in it, so each is compared with its like.
    # https://github.com/actions/runner-images/issues/14499
    [CmdletBinding()]
    [OutputType([string])]
    param()
    # Server Core has no such packages, and on some releases not even the command.
    if ($null -eq (Get-Command -Name 'Get-AppxPackage' -ErrorAction 'SilentlyContinue')) { return }
    $provisioned = @(Get-AppxProvisionedPackage -Online)
    foreach ($package in @(Get-AppxPackage -AllUsers -PackageTypeFilter 'Main', 'Bundle')) {
        $flags = @('IsFramework', 'IsResourcePackage', 'NonRemovable' | Where-Object {
            $property = $package.PSObject.Properties[$_]
            $null -ne $property -and $property.Value
        })
        $users = @($package.PackageUserInformation | Where-Object { [string]$_.InstallState -like 'Installed*' })
        if ($flags.Count -gt 0 -or [string]$package.SignatureKind -eq 'System' -or $users.Count -eq 0) { continue }
        $isBundle = $package.PackageFullName -match '_~_'
        $known = @($provisioned | Where-Object { $_.DisplayName -eq $package.Name })
        if ($known.Count -eq 0) {
            if (-not $isBundle) { "$($package.PackageFullName) is installed for a user and not provisioned for all" }
            continue
        }
        $newest = @($known | Where-Object { ($_.PackageName -match '_~_') -eq $isBundle } |
            Sort-Object -Property { ConvertTo-PackageVersion -Text $_.Version } -Descending | ForEach-Object { [string]$_.Version })
        if ($newest.Count -eq 0) { continue }
        $versions = @(@([string]$package.Version, $newest[0]) | ForEach-Object { ConvertTo-PackageVersion -Text $_ })
        if ($versions.Count -lt 2) {
            Show-Progress "$($package.PackageFullName) cannot be compared with what is provisioned for all, '$($newest[0])'."
        }
        elseif ($versions[0] -gt $versions[1]) {
            "$($package.PackageFullName) was updated for a user, and $($newest[0]) is provisioned for all"
        }
    }
}
