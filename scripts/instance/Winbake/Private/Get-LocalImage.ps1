function Get-LocalImage {
    # What the local Docker knows of an image; fails where it has none of that name.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param([Parameter(Mandatory = $true)] [string]$Reference)
    $text = @(Invoke-Native -FilePath 'docker' -ArgumentList 'image', 'inspect', $Reference -TimeoutSeconds 120 -MustAnswer) -join "`n"
    # 5.1 hands the list on whole, 7 its only member: kept in a variable first, both become a list here.
    $parsed = $text | ConvertFrom-Json
    $found = @($parsed)[0]
    return [pscustomobject]@{
        imageId     = [string]$found.Id
        osVersion   = [string]$found.OsVersion
        digests     = @($found.RepoDigests | ForEach-Object { ([string]$_).Split('@')[-1] })
        bytesOnDisk = [long]$found.Size
    }
}
