function ConvertTo-StepError {
    <#
    .SYNOPSIS
    Makes an exception with a code, which Write-Failure puts into the failure document.
    .DESCRIPTION
    Machines act on the code and docs/faults.md lists it: a code keeps its meaning, a sentence may change.
    .PARAMETER Code
    Such as NO_SPACE.
    .PARAMETER Message
    The sentence for people, which says the way out.
    .PARAMETER Detail
    Further fields of the failure document: osVersion, targetRevision.
    .EXAMPLE
    throw (ConvertTo-StepError 'NO_SPACE' 'Drive C: is full.')
    .OUTPUTS
    System.InvalidOperationException. To be thrown.
    #>
    [CmdletBinding()]
    [OutputType([InvalidOperationException])]
    param(
        [Parameter(Mandatory = $true, Position = 0)] [string]$Code,
        [Parameter(Mandatory = $true, Position = 1)] [string]$Message,
        [hashtable]$Detail = @{}
    )
    $exception = [InvalidOperationException]::new($Message)
    $exception.Data['code'] = $Code
    foreach ($name in $Detail.Keys) { $exception.Data[$name] = $Detail[$name] }
    return $exception
}
