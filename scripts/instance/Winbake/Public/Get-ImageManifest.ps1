function Get-ImageManifest {
    <#
    .SYNOPSIS
    Puts together the bill of materials of one AMI from what the steps before left.
    .DESCRIPTION
    Where images are missing it tells how far the bake came, and is not finished: nothing is published with such a manifest.
    .PARAMETER WorkFolder
    The folder of order.json, catalog.json, host.json, image-set.json and, once images were saved, saved-images.json.
    .PARAMETER Os
    The release and edition that the pipeline bakes, such as SERVER_2022_CORE.
    .EXAMPLE
    Get-ImageManifest -WorkFolder C:\ProgramData\Winbake -Os SERVER_2022_CORE
    .OUTPUTS
    OrderedDictionary: a document of winbake.image-manifest/1.
    #>
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string]$WorkFolder,
        [Parameter(Mandatory = $true)] [string]$Os
    )
    $catalogFile = Join-Path $WorkFolder 'catalog.json'
    $order = Read-Document -Path (Join-Path $WorkFolder 'order.json') -Schema 'winbake.order/1'
    $catalog = Read-Document -Path $catalogFile -Schema 'winbake.catalog/1'
    $hostRecord = Read-Document -Path (Join-Path $WorkFolder 'host.json') -Schema 'winbake.host/1'
    $chosen = Read-Document -Path (Join-Path $WorkFolder 'image-set.json') -Schema 'winbake.image-set/1'
    $saved = Read-SavedImage -Path (Join-Path $WorkFolder 'saved-images.json') -Set $chosen
    $finishedAt = $null
    if (@($saved.images).Count + @($saved.leftOut).Count -eq @($chosen.images).Count) { $finishedAt = Get-Instant }
    return [ordered]@{
        schema          = 'winbake.image-manifest/1'
        order           = $order.id
        set             = $chosen.set
        os              = $Os
        host            = [ordered]@{
            osVersion = $hostRecord.osVersion
            updates   = @(Get-HotFix | ForEach-Object { $_.HotFixID } | Sort-Object -Unique)
            software  = @(Get-HostSoftware)
        }
        images          = @($saved.images)
        leftOut         = @($saved.leftOut)
        scripts         = [ordered]@{ sha256 = $order.scriptsSha256 }
        catalog         = [ordered]@{ sha256 = Get-Sha256 -Path $catalogFile }
        pulledBytes     = Get-CompressedByte -Catalog $catalog -Image @($saved.images)
        freeBytesLowest = [long]$saved.freeBytesLowest
        startedAt       = Get-Instant -Value $hostRecord.at
        finishedAt      = $finishedAt
    }
}
