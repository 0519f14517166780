function Get-SysprepBlocker {
    <#
    .SYNOPSIS
    Names what would make sysprep fail on this Windows, with the way out; nothing where it may run.
    .DESCRIPTION
    Sysprep itself runs later and leaves its reason in a log file of a machine that is gone by then.
    https://learn.microsoft.com/troubleshoot/windows-client/setup-upgrade-and-drivers/sysprep-fails-remove-or-update-store-apps
    https://github.com/actions/runner-images/issues/9659
    .EXAMPLE
    @(Get-SysprepBlocker) -join ' '
    .OUTPUTS
    System.String. A sentence or two for each.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $pending = @(Get-PendingReboot | Where-Object { $_.blocking } | ForEach-Object { $_.name })
    if ($pending.Count -gt 0) { "A restart is pending ($($pending -join ', ')). Restart at the end of your last component." }
    $sense = Get-Service | Where-Object { $_.Name -eq 'Sense' }
    if ($null -ne $sense -and $sense.Status -ne 'Stopped') {
        "Defender for Endpoint (the service 'Sense') is $($sense.Status), and its identity cannot be removed meanwhile. " +
            'Onboard instances in their user data, not in the AMI.'
    }
    foreach ($package in Get-PersonalPackage) {
        "The app package $package. Remove it (Remove-AppxPackage -AllUsers) in the last component, or keep what brought it from running."
    }
}
