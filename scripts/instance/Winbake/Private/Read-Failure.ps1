function Read-Failure {
    # The failure document that a step of this component left; nothing where none failed so far.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param([Parameter(Mandatory = $true)] [string]$WorkFolder)
    $path = Join-Path $WorkFolder 'failure.json'
    if (Test-Path -LiteralPath $path) { return Read-Document -Path $path -Schema 'winbake.failure/1' }
}
