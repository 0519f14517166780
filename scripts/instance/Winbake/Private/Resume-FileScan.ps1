function Resume-FileScan {
    # Takes away what Suspend-FileScan added, and nothing that was there before; fails where it stays, since it must not become
    # part of an AMI. Does nothing where that never ran.
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string]$WorkFolder)
    $file = Join-Path $WorkFolder 'scan-exclusions.json'
    $path = Resolve-FilePath -Path $file
    if (-not [IO.File]::Exists($path)) { return }
    $added = Read-Document -Path $file -Schema 'winbake.scan-exclusions/1'
    $known = Get-MpPreference
    $folders = @(@($added.path) | Where-Object { @($known.ExclusionPath) -contains $_ })
    $programs = @(@($added.process) | Where-Object { @($known.ExclusionProcess) -contains $_ })
    if ($folders.Count -gt 0) { Remove-MpPreference -ExclusionPath $folders -Force }
    if ($programs.Count -gt 0) { Remove-MpPreference -ExclusionProcess $programs -Force }
    $left = Get-MpPreference
    $stays = @(@($left.ExclusionPath) + @($left.ExclusionProcess) | Where-Object { $folders + $programs -contains $_ })
    if ($stays.Count -gt 0) { throw "Microsoft Defender keeps the exclusions $($stays -join ', '), which must not be part of an AMI." }
    [IO.File]::Delete($path)
    Show-Progress 'Microsoft Defender has the exclusions that it had before'
}
