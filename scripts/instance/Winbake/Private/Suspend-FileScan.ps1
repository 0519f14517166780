function Suspend-FileScan {
    # Excludes Docker's folder and its engine from Microsoft Defender, which reads each file that is unpacked: that takes most of the
    # time of a pull, and now and then holds a file so that the layer fails. What is added is written down before, so that a run
    # which follows one that was killed can undo it. Without it the pulls are slower, and no worse.
    # https://github.com/docker/for-win/issues/3491, https://github.com/microsoft/Windows-Containers/issues/92
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [ValidateSet('exclude', 'keep')] [string]$FileScan,
        [Parameter(Mandatory = $true)] [string]$WorkFolder
    )
    if ($FileScan -eq 'keep') { return }
    if ($null -eq (Get-Command -Name 'Add-MpPreference' -ErrorAction 'SilentlyContinue')) { return }
    try {
        $known = Get-MpPreference
        $folder = "$env:ProgramData\docker"
        $file = Join-Path $WorkFolder 'scan-exclusions.json'
        if (-not [IO.File]::Exists((Resolve-FilePath -Path $file))) {
            Write-Document -Path $file -Document ([ordered]@{
                schema  = 'winbake.scan-exclusions/1'
                path    = [string[]]@(@($folder) | Where-Object { @($known.ExclusionPath) -notcontains $_ })
                process = [string[]]@(@('dockerd.exe') | Where-Object { @($known.ExclusionProcess) -notcontains $_ })
            })
        }
        Add-MpPreference -ExclusionPath $folder -ExclusionProcess 'dockerd.exe' -Force
        if (@((Get-MpPreference).ExclusionPath) -notcontains $folder) { throw 'it did not take them.' }
        Show-Progress "Microsoft Defender leaves $folder alone until the images are saved"
    }
    catch { Show-Progress "Microsoft Defender takes no exclusions, so the pulls may be slow: $($_.Exception.Message)" }
}
