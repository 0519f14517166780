function Install-ChosenUpdate {
    # Downloads and installs updates. A download that fails is tried again after growing pauses; what was downloaded is installed
    # whatever became of the rest. Gives what failed, with Windows' own code: whether a restart may heal it is for the caller.
    # https://learn.microsoft.com/windows/win32/api/wuapi/ne-wuapi-operationresultcode
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [object]$Session,
        [Parameter(Mandatory = $true)] [object[]]$Update,
        [Parameter(Mandatory = $true)] [double]$PauseSeconds
    )
    foreach ($one in $Update) {
        # Where an update has terms, an unattended installation must accept them.
        if (-not $one.source.EulaAccepted) { $one.source.AcceptEula() }
    }
    $attempts = 4
    $missing = @($Update)
    for ($attempt = 1; ; $attempt++) {
        $failed = @(Invoke-UpdateWork -Worker $Session.CreateUpdateDownloader() -Name 'Download' -Update $missing)
        $missing = @($missing | Where-Object { @($failed | ForEach-Object { $_.title }) -contains $_.title })
        if ($missing.Count -eq 0 -or $attempt -ge $attempts) { break }
        $pause = Get-Pause -Seconds $PauseSeconds -Attempt $attempt
        Show-Progress ("Attempt $attempt of $attempts failed, the next in $pause s: " +
            "$(@($failed | ForEach-Object { $_.detail }) -join ' ')")
        Start-Sleep -Milliseconds ([int](1000 * $pause))
    }
    $failed
    $lost = @($failed | ForEach-Object { $_.title })
    $ready = @($Update | Where-Object { $lost -notcontains $_.title })
    if ($ready.Count -eq 0) { return }
    $installer = $Session.CreateUpdateInstaller()
    if (-not $installer.RebootRequiredBeforeInstallation) { return Invoke-UpdateWork -Worker $installer -Name 'Install' -Update $ready }
    foreach ($one in $ready) {
        $kb = $one.kb -join ' '
        [pscustomobject]@{ title = $one.title; kb = $kb; detail = "install of $kb has to wait for a restart." }
    }
}
