function Enter-Step {
    <#
    .SYNOPSIS
    Begins a step: fails where another step of the component failed before it, and notes that this one has not ended.
    .DESCRIPTION
    A component goes on after a failure, so that its failure document is uploaded; no work may follow. A step that is killed
    by its time limit cannot say so any more: until Exit-Step the failure document says it. A step that runs again, after a
    restart, goes on from its own document.
    .PARAMETER Name
    The name of the step's script.
    .PARAMETER WorkFolder
    The folder of failure.json.
    .PARAMETER AfterFailureOf
    The step whose failure does not keep this one from running; * for any.
    .EXAMPLE
    Enter-Step -Name 'Save-Image' -WorkFolder C:\ProgramData\Winbake
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Name,
        [Parameter(Mandatory = $true)] [string]$WorkFolder,
        [string]$AfterFailureOf = 'none'
    )
    $earlier = Read-Failure -WorkFolder $WorkFolder
    if ($null -ne $earlier -and $earlier.step -ne $Name) {
        if ($earlier.step -notlike $AfterFailureOf) { throw "It was not run, since $($earlier.step) failed before it." }
        return
    }
    Write-Document -Path (Join-Path $WorkFolder 'failure.json') -Document ([ordered]@{
        schema  = 'winbake.failure/1'
        code    = 'STEP_NOT_ENDED'
        step    = $Name
        message = 'It began and did not end: it was stopped by its time limit, or by an unplanned restart.'
        at      = Get-Instant
    })
}
