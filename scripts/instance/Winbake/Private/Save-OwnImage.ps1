function Save-OwnImage {
    # Pulls own images one by one, after all others are saved. One that cannot be had is left out, and its pull says why: an app's image
    # must not keep Windows from being patched. What came and must not run on this host does not stay.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Work,
        # Those of Work.pulls that are own images.
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]]$Pull,
        [Parameter(Mandatory = $true)] [hashtable]$Secret,
        [Parameter(Mandatory = $true)] [pscustomobject]$Limit,
        [Parameter(Mandatory = $true)] [string]$WorkFolder
    )
    if ($Pull.Count -eq 0) { return }
    # It stays in the AMI, for hosts that start from it.
    $script = [IO.Path]::Combine($PSScriptRoot, '..', '..', 'host', 'Update-OwnImage.ps1')
    [IO.File]::Copy($script, (Resolve-FilePath -Path (Join-Path $WorkFolder 'Update-OwnImage.ps1')), $true)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    foreach ($one in @($Pull | Where-Object { $_.state -ne 'done' })) {
        try {
            $server = $one.source.Split('/')[0]
            $login = Get-RegistryLogin -Server $server -Secret $Secret
            $one.environment = Open-RegistryLogin -Server $server -Login $login -WorkFolder $WorkFolder
            $null = Assert-FreeSpace -NeededBytes (Get-PullByte -Pull @($one)) -HeadRoomBytes $Limit.freeBytes -Purpose "pulling $($one.name)"
            Receive-Pull -Work $Work -Pull @($one) -Limit $Limit -Watch $watch
        }
        catch {
            if ([string]$_.Exception.Data['code'] -eq 'WRONG_IMAGE') { Clear-LocalImage -Pull $one }
            $one.leftOut = Format-Failure $_
            Show-Progress "Left out $($one.name): $($one.leftOut)"
        }
    }
}
