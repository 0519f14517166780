function Format-Failure {
    <#
    .SYNOPSIS
    Makes one line of an error: what went wrong, and where in the scripts it was noticed.
    .PARAMETER ErrorRecord
    The error, as a catch block has it in $_.
    .EXAMPLE
    catch { [Console]::Error.WriteLine((Format-Failure $_)); exit 1 }
    .OUTPUTS
    System.String. The line.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true, Position = 0)] [System.Management.Automation.ErrorRecord]$ErrorRecord)
    $message = $ErrorRecord.Exception.Message -replace '\s*\r?\n\s*', ' '
    $place = $ErrorRecord.InvocationInfo
    if ($null -eq $place -or -not $place.ScriptName) {
        return $message
    }
    return "$message (noticed at $(Split-Path -Path $place.ScriptName -Leaf):$($place.ScriptLineNumber))"
}
