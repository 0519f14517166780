function Select-ImageSet {
    <#
    .SYNOPSIS
    Chooses the newest accepted image set that this host may run, and tells the mode of each image.
    .DESCRIPTION
    The sets stand newest first, so the first that fits is taken. One that comes back keeps its first place: the order's own
    counts from the order on. The same table of cases tests this rule here and in TypeScript.
    .PARAMETER Set
    The accepted image sets of the catalog, newest first.
    .PARAMETER HostVersion
    What Get-HostVersion found.
    .PARAMETER Order
    The order: id, which ends with its instant; set; and targetRevision, which the host is to have at least.
    .EXAMPLE
    Select-ImageSet -Set $catalog.sets -HostVersion (Get-HostVersion) -Order $order
    .OUTPUTS
    PSCustomObject: id, target, and images, each with its mode.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]]$Set,
        [Parameter(Mandatory = $true)] [pscustomobject]$HostVersion,
        [Parameter(Mandatory = $true)] [pscustomobject]$Order
    )
    $target = $Order.targetRevision
    $detail = @{ osVersion = $HostVersion.osVersion; targetRevision = $target }
    if ($target -gt $HostVersion.revision) {
        throw (ConvertTo-StepError 'HOST_BEHIND_TARGET' ("The order wants revision $target, and after its updates the host " +
            "is at $($HostVersion.osVersion). Windows Update did not offer the newer one.") -Detail $detail)
    }
    $at = ''
    if ($Order.id -match '-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$') {
        $at = '{0}-{1}-{2}T{3}:{4}:{5}.000Z' -f $Matches[1], $Matches[2], $Matches[3], $Matches[4], $Matches[5], $Matches[6]
    }
    $later, $others = @(), @()
    foreach ($one in $Set) {
        if ([string]::CompareOrdinal((Get-Instant -Value $one.at), $at) -gt 0) { $later += $one } else { $others += $one }
    }
    $own = @($others | Where-Object { $_.id -eq $Order.set })
    foreach ($candidate in $later + $own + $others) {
        if (-not (Test-ImageSetFit -Set $candidate -HostVersion $HostVersion)) { continue }
        $images = @(foreach ($image in $candidate.images) {
            [pscustomobject]@{ image = $image; mode = Get-ImageMode -Image $image -HostVersion $HostVersion }
        })
        return [pscustomobject]@{ id = $candidate.id; target = $candidate.target; images = $images }
    }
    throw (ConvertTo-StepError 'HOST_WITHOUT_IMAGE' ("None of the $($Set.Count) accepted image sets fits the host " +
        "$($HostVersion.osVersion). A set fits where no image is newer than the host and all are of its build " +
        '(on 14393: of its very revision).') -Detail $detail)
}
