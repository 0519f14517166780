function Get-ObservedLayer {
    # The layers of an image as the catalog observed them last, each with digest and bytes; none where they were not read.
    [CmdletBinding()]
    [OutputType([object[]])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Catalog,
        [Parameter(Mandatory = $true)] [pscustomobject]$Image
    )
    $seen = @($Catalog.observations | Where-Object {
        $_.repository -eq $Image.repository -and $_.digest -eq $Image.digest -and $_.PSObject.Properties['layers']
    })
    if ($seen.Count -gt 0) { $seen[-1].layers }
}
