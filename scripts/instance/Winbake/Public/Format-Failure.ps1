function Format-Failure {
    <#
    .SYNOPSIS
    Makes one line of an error: what went wrong, its code, and where in the scripts it was noticed.
    .PARAMETER ErrorRecord
    The error, as a catch block has it in $_.
    .EXAMPLE
    Show-Progress "The event log could not be written: $(Format-Failure $_)"
    .OUTPUTS
    System.String. The line.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true, Position = 0)] [System.Management.Automation.ErrorRecord]$ErrorRecord)
    $message = $ErrorRecord.Exception.Message -replace '\s*\r?\n\s*', ' '
    $place = $ErrorRecord.InvocationInfo
    $notes = @(
        if ($ErrorRecord.Exception.Data.Contains('code')) { $ErrorRecord.Exception.Data['code'] }
        if ($null -ne $place -and $place.ScriptName) {
            "noticed at $(Split-Path -Path $place.ScriptName -Leaf):$($place.ScriptLineNumber)"
        }
    )
    if ($notes.Count -eq 0) { return $message }
    return "$message ($($notes -join ', '))"
}
