function Format-FailureDocument {
    # The document of winbake.failure/1 for an error. A sentence of ours has a code; what Windows or a program says has none.
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string]$Name,
        [Parameter(Mandatory = $true)] [System.Management.Automation.ErrorRecord]$ErrorRecord
    )
    $data = $ErrorRecord.Exception.Data
    $code = 'STEP_FAILED'
    if ($data.Contains('code')) { $code = [string]$data['code'] }
    $message = ($ErrorRecord.Exception.Message -replace '\s*\r?\n\s*', ' ').Trim()
    # Docker may say a lot, and the document goes into messages to people.
    if ($message.Length -gt 2000) { $message = $message.Substring(0, 1997) + '...' }
    $document = [ordered]@{
        schema  = 'winbake.failure/1'
        code    = $code
        step    = $Name
        message = $message
        at      = Get-Instant
    }
    if ($data.Contains('osVersion')) { $document.osVersion = [string]$data['osVersion'] }
    if ($data.Contains('targetRevision')) { $document.targetRevision = [int]$data['targetRevision'] }
    if ($data.Contains('isFinal') -and $data['isFinal']) { $document.isFinal = $true }
    return $document
}
