function Select-ImageSet {
    <#
    .SYNOPSIS
    Chooses the newest accepted image set that this host may run, and tells the mode of each image.
    .DESCRIPTION
    The sets stand newest first, so the first that fits is taken. The same table of cases tests this rule here and in
    TypeScript.
    .PARAMETER Set
    The accepted image sets of the catalog, newest first.
    .PARAMETER HostVersion
    What Get-HostVersion found.
    .PARAMETER TargetRevision
    The revision that the order wants the host to have at least.
    .EXAMPLE
    Select-ImageSet -Set $catalog.sets -HostVersion (Get-HostVersion) -TargetRevision $order.targetRevision
    .OUTPUTS
    PSCustomObject: id, target, and images, each with its mode.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]]$Set,
        [Parameter(Mandatory = $true)] [pscustomobject]$HostVersion,
        [Parameter(Mandatory = $true)] [int]$TargetRevision
    )
    $detail = @{ osVersion = $HostVersion.osVersion; targetRevision = $TargetRevision }
    if ($TargetRevision -gt $HostVersion.revision) {
        throw (ConvertTo-StepError 'HOST_BEHIND_TARGET' ("The order wants revision $TargetRevision, and after its updates the host " +
            "is at $($HostVersion.osVersion). Windows Update did not offer the newer one.") -Detail $detail)
    }
    foreach ($candidate in $Set) {
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
