function Assert-HostRevision {
    <#
    .SYNOPSIS
    Fails where this Windows is no longer at the version that was recorded before.
    .PARAMETER Expected
    The OS version that was recorded.
    .EXAMPLE
    Assert-HostRevision -Expected 10.0.20348.4294
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string]$Expected)
    $now = (Get-HostVersion).osVersion
    if ($now -ne $Expected) {
        throw (ConvertTo-StepError 'HOST_CHANGED' ("The host changed from $Expected to $now while the bake ran; its images were " +
            "chosen for $Expected. Start the bake again."))
    }
}
