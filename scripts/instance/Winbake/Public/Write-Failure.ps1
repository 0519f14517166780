function Write-Failure {
    <#
    .SYNOPSIS
    Says why a step failed: to people as the last line of its errors, and to machines in the failure document.
    .DESCRIPTION
    The first failure of a component is its cause: what fails after it only gets its line. A document that cannot be written
    hides no failure.
    .PARAMETER Name
    The name of the step's script.
    .PARAMETER WorkFolder
    The folder of failure.json.
    .PARAMETER ErrorRecord
    The error, as a catch block has it in $_.
    .EXAMPLE
    catch { Write-Failure -Name 'Save-Image' -WorkFolder $WorkFolder -ErrorRecord $_; exit 1 }
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Name,
        [Parameter(Mandatory = $true)] [string]$WorkFolder,
        [Parameter(Mandatory = $true)] [System.Management.Automation.ErrorRecord]$ErrorRecord
    )
    try {
        $earlier = Read-Failure -WorkFolder $WorkFolder
        if ($null -eq $earlier -or $earlier.step -eq $Name) {
            $document = Format-FailureDocument -Name $Name -ErrorRecord $ErrorRecord
            Write-Document -Path (Join-Path $WorkFolder 'failure.json') -Document $document
        }
    }
    catch {
        [Console]::Error.WriteLine("${Name}: The failure document could not be written: $(Format-Failure $_)")
    }
    [Console]::Error.WriteLine("${Name}: $(Format-Failure $ErrorRecord)")
}
