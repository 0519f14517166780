function Save-PullRecord {
    # Writes down what is saved so far, in the order of the set, and the lowest free space; only where it says more than
    # before.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Record,
        [Parameter(Mandatory = $true)] [object[]]$Pull,
        [Parameter(Mandatory = $true)] [string]$Path
    )
    $images = @($Pull | Where-Object { $_.state -eq 'done' } | ForEach-Object { $_.entry })
    $leftOut = @($Pull | Where-Object { $_.leftOut -ne '' } | ForEach-Object {
        [ordered]@{ family = $_.image.family; repository = $_.image.repository; tag = $_.image.tag; message = $_.leftOut }
    })
    $lowest = [Math]::Min($Record.freeBytesLowest, (Get-FreeByte))
    $same = $images.Count -eq @($Record.images).Count -and $leftOut.Count -eq @($Record.leftOut).Count -and $lowest -eq $Record.freeBytesLowest
    if (-not $same -or -not [IO.File]::Exists((Resolve-FilePath -Path $Path))) {
        Write-Document -Path $Path -Document ([ordered]@{
            schema          = 'winbake.saved-images/1'
            set             = $Record.set
            osVersion       = $Record.osVersion
            images          = $images
            leftOut         = $leftOut
            freeBytesLowest = $lowest
            complete        = $images.Count + $leftOut.Count -eq $Pull.Count
        })
    }
    return [pscustomobject]@{ set = $Record.set; osVersion = $Record.osVersion; images = $images; leftOut = $leftOut; freeBytesLowest = $lowest }
}
