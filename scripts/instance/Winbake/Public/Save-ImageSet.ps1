function Save-ImageSet {
    <#
    .SYNOPSIS
    Pulls the images of the chosen set by their digests, two at a time, gives them their tags, and checks each.
    .DESCRIPTION
    servercore comes before what is built on it, so that its layers are there already; nanoserver goes beside. What is
    saved is written down at once: a run that follows one which was killed goes on from there.

    Old images have foreign layers. docker gets them from the addresses in their manifest by itself, and their sizes are
    part of the image's like any other layer's, so nothing here tells them apart.
    .PARAMETER Registry
    Where to pull from: a host, or a host and the path under which a mirror keeps the repositories. The tags name
    mcr.microsoft.com whatever this is.
    .PARAMETER Proxy
    The address of a proxy that docker uses meanwhile, such as http://proxy.example.com:3128; none where there is none.
    .PARAMETER FileScan
    exclude: Microsoft Defender leaves Docker's folder alone meanwhile; keep: it does not.
    .PARAMETER Secret
    The ARNs of the secrets by which own images are pulled, by the hosts of their registries.
    .PARAMETER Limit
    What a pull may take: attempts, retrySeconds, stallSeconds in which nothing moves, totalSeconds for all but own images,
    ownSeconds for these, pollMilliseconds between two polls, reportSeconds between two lines of progress, freeBytes that have to stay free.
    .PARAMETER WorkFolder
    The folder of image-set.json, where saved-images.json is written after each image.
    .EXAMPLE
    Save-ImageSet -Registry mcr.microsoft.com -Proxy none -FileScan exclude -Secret @{} -Limit $limit -WorkFolder C:\ProgramData\Winbake
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Registry,
        [Parameter(Mandatory = $true)] [string]$Proxy,
        [Parameter(Mandatory = $true)] [string]$FileScan,
        [Parameter(Mandatory = $true)] [hashtable]$Secret,
        [Parameter(Mandatory = $true)] [pscustomobject]$Limit,
        [Parameter(Mandatory = $true)] [string]$WorkFolder
    )
    $failure = $null
    try {
        Suspend-FileScan -FileScan $FileScan -WorkFolder $WorkFolder
        Connect-DockerProxy -Proxy $Proxy -WorkFolder $WorkFolder
        Invoke-Pull -Registry $Registry -Secret $Secret -Limit $Limit -WorkFolder $WorkFolder
    }
    catch {
        $failure = $_
    }
    foreach ($one in 'login', 'proxy', 'exclusions') {
        try {
            if ($one -eq 'login') { Clear-RegistryLogin -WorkFolder $WorkFolder }
            elseif ($one -eq 'proxy') { Disconnect-DockerProxy -WorkFolder $WorkFolder }
            else { Resume-FileScan -WorkFolder $WorkFolder }
        }
        catch {
            # What went wrong first is what an operator has to know.
            if ($null -eq $failure) { $failure = $_ }
        }
    }
    if ($null -ne $failure) { throw $failure }
}
