function Invoke-Native {
    <#
    .SYNOPSIS
    Runs a native program and fails unless it ends with an accepted exit code.
    .DESCRIPTION
    The only place where these scripts start a program. PowerShell lets a failed program pass, and Windows PowerShell takes
    any line on the error stream for a failure while errors stop the script: both are put right here.
    .PARAMETER FilePath
    The program: a name on PATH, or a path.
    .PARAMETER ArgumentList
    Its arguments, one string each. None may hold a double quote: Windows PowerShell would not pass it on.
    .PARAMETER AcceptedExitCode
    The exit codes that mean success.
    .EXAMPLE
    Invoke-Native -FilePath docker -ArgumentList 'version'
    .OUTPUTS
    System.String. The lines that the program wrote to its standard output.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string]$FilePath,
        [string[]]$ArgumentList = @(),
        [int[]]$AcceptedExitCode = @(0)
    )
    $quoted = @($ArgumentList | Where-Object { $_.Contains('"') })
    if ($quoted.Count -gt 0) {
        throw "An argument of $FilePath holds a double quote, which Windows PowerShell would not pass on: $($quoted[0])"
    }
    # A line on the error stream is no failure of the program; its exit code tells.
    $ErrorActionPreference = 'Continue'
    $lines = @(& $FilePath @ArgumentList 2>&1)
    $exitCode = $LASTEXITCODE
    $ErrorActionPreference = 'Stop'
    if ($AcceptedExitCode -notcontains $exitCode) {
        $tail = @($lines | ForEach-Object { ([string]$_).Trim() } | Where-Object { $_ -ne '' } | Select-Object -Last 5) -join ' | '
        throw "$FilePath $($ArgumentList -join ' ') ended with exit code ${exitCode}: $tail"
    }
    $lines | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] } | ForEach-Object { [string]$_ }
}
