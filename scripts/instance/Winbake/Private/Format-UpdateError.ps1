function Format-UpdateError {
    # What a failure of Windows Update is, as its code and in words: an error that was thrown, or the code of one update.
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true, ParameterSetName = 'Thrown')] [System.Management.Automation.ErrorRecord]$ErrorRecord,
        [Parameter(Mandatory = $true, ParameterSetName = 'Code')] [int]$Code
    )
    $message = ''
    if ($PSCmdlet.ParameterSetName -eq 'Thrown') {
        $cause = $ErrorRecord.Exception.GetBaseException()
        $message = ($cause.Message -replace '\s*\r?\n\s*', ' ').Trim()
        # What is no error of COM has a code of .NET's own, which says nothing.
        if ($cause -isnot [Runtime.InteropServices.COMException]) { return $message }
        $Code = $cause.HResult
    }
    # COM's own words for a code without a text.
    if ($message -match '^Exception from HRESULT') { $message = '' }
    $meaning = @(@((Get-UpdateErrorMeaning -Code $Code), $message.TrimEnd('.')) | Where-Object { $_ -ne '' }) -join ': '
    return "$('0x{0:X8}' -f $Code), $meaning."
}
