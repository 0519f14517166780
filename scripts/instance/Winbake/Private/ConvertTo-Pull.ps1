function ConvertTo-Pull {
    # What one pull goes through: where it stands in the order, and how far it came.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Image,
        [Parameter(Mandatory = $true)] [string]$Registry,
        [Parameter(Mandatory = $true)] [string]$Place,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]]$Saved
    )
    $order = Get-PullLevel -Image $Image
    $from = "$Registry/"
    if (Test-OwnImage -Image $Image) { $from = '' }
    $pull = [pscustomobject]@{
        image           = $Image
        name            = "$($Image.family) ($Place)"
        # Not that of the index: of two revisions in one, Docker would choose.
        source          = "$from$($Image.repository)@$($Image.platformDigest)"
        # What its docker has beside this process's own variables.
        environment     = @{}
        # Why it is left out; empty where it is not.
        leftOut         = ''
        compressedBytes = $Image.compressedBytes
        turn            = $order.turn
        chain           = $order.chain
        level           = $order.level
        state           = 'waiting'
        attempt         = 0
        notBefore       = [DateTime]::MinValue
        native          = $null
        entry           = Get-SavedEntry -Image $Image -Saved $Saved
    }
    if ($null -ne $pull.entry) {
        $pull.state = 'done'
        Show-Progress "$($pull.name) is here already, from an earlier run of this step."
    }
    return $pull
}
