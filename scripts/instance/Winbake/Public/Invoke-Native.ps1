function Invoke-Native {
    <#
    .SYNOPSIS
    Runs a native program and fails unless it ends with an accepted exit code.
    .DESCRIPTION
    PowerShell lets a failed program pass, and Windows PowerShell takes any line on the error stream for a failure while
    errors stop the script: here the exit code tells, and nothing else.
    .PARAMETER FilePath
    The program: a name on PATH, or a path.
    .PARAMETER ArgumentList
    Its arguments, one string each. None may hold a double quote.
    .PARAMETER AcceptedExitCode
    The exit codes that mean success.
    .PARAMETER InputText
    What it reads from its standard input: the place for what must not be seen among the arguments of a program.
    .PARAMETER TimeoutSeconds
    After that time it is ended, and this fails.
    .PARAMETER MustAnswer
    It fails where it writes nothing, too: docker answers so while its engine is not there yet.
    .EXAMPLE
    Invoke-Native -FilePath docker -ArgumentList 'version'
    .OUTPUTS
    System.String. The lines that the program wrote to its standard output.
    #>
    [CmdletBinding()]
    [OutputType([object[]])]
    param(
        [Parameter(Mandatory = $true)] [string]$FilePath,
        [string[]]$ArgumentList = @(),
        [int[]]$AcceptedExitCode = @(0),
        [string]$InputText = '',
        [double]$TimeoutSeconds = 300,
        [switch]$MustAnswer
    )
    $native = Open-Native -FilePath $FilePath -ArgumentList $ArgumentList -InputText $InputText
    $lines = @(Receive-Native -Native $native -AcceptedExitCode $AcceptedExitCode -TimeoutSeconds $TimeoutSeconds)
    if ($MustAnswer -and ($lines -join '').Trim() -eq '') { throw "$($native.text) answered nothing." }
    return $lines
}
