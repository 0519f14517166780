function Clear-Folder {
    <#
    .SYNOPSIS
    Empties a folder and keeps the folder itself; one that is not there is no error.
    .PARAMETER Path
    The folder.
    .PARAMETER OlderThan
    Entries that were written later stay; a folder is as young as the newest entry in it, since its own time does not change with its files.
    .PARAMETER Keep
    Entries of these names stay, whatever their age.
    .PARAMETER SkipLocked
    What cannot be removed, since a program holds it, stays and is no error.
    .EXAMPLE
    Clear-Folder -Path C:\ProgramData\Amazon\ECS\data
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Path,
        [DateTime]$OlderThan = [DateTime]::MaxValue,
        [string[]]$Keep = @(),
        [switch]$SkipLocked
    )
    if (-not (Test-Path -LiteralPath $Path)) { return }
    $kept = 0
    foreach ($entry in @(Get-ChildItem -LiteralPath $Path -Force)) {
        if (@($Keep | Where-Object { $entry.Name -like $_ }).Count -gt 0) { continue }
        $dates = @($entry.LastWriteTimeUtc)
        if ($OlderThan -lt [DateTime]::MaxValue -and $entry -is [IO.DirectoryInfo]) {
            $inside = @(Get-ChildItem -LiteralPath $entry.FullName -Recurse -Force -ErrorAction 'SilentlyContinue')
            $dates += @($inside | ForEach-Object { $_.LastWriteTimeUtc })
        }
        if (@($dates | Where-Object { $_ -ge $OlderThan }).Count -gt 0) { continue }
        try {
            Remove-Item -LiteralPath $entry.FullName -Recurse -Force
        }
        catch {
            if (-not $SkipLocked) { throw "'$($entry.FullName)' could not be removed: $($_.Exception.Message)" }
            $kept++
        }
    }
    Show-Progress "Emptied $Path$(if ($kept -gt 0) { ", but for $kept entries in use" })"
}
