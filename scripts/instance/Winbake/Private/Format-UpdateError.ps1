function Format-UpdateError {
    # What a failure of Windows Update is, as its code and in words: an error that was thrown, or the code of one update.
    # https://learn.microsoft.com/windows/win32/wua_sdk/wua-success-and-error-codes-
    # https://learn.microsoft.com/windows/deployment/update/windows-update-error-reference
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
    $name = '0x{0:X8}' -f $Code
    $meanings = @{
        '0x80070002' = 'a file of the update is missing'
        '0x80070005' = 'access was denied'
        '0x80070020' = 'a file is in use by another program'
        '0x80070070' = 'the disk is full'
        '0x80070422' = 'the service of Windows Update is disabled'
        '0x80070643' = 'the installer of the update failed'
        '0x80070BC2' = 'a restart is needed'
        '0x80070BC9' = 'an earlier change needs its restart first'
        '0x80072EE2' = 'the server did not answer in time'
        '0x80072EE7' = 'the name of the server is not known'
        '0x80072EFD' = 'the server could not be reached'
        '0x80072EFE' = 'the connection was cut'
        '0x80072F8F' = 'the certificate of the server was not accepted, or the clock is wrong'
        '0x80073712' = 'the component store of Windows is damaged'
        '0x800F081F' = 'the component store of Windows lacks files'
        '0x800F0922' = 'Windows rolled the installation back'
        '0x80240009' = 'another operation of Windows Update runs'
        '0x8024000B' = 'it was cancelled'
        '0x80240016' = 'another installation runs, or a restart is pending'
        '0x80240017' = 'it does not apply to this Windows'
        '0x8024001E' = 'the service of Windows Update was stopped'
        '0x80240022' = 'none of the updates could be installed'
        '0x8024002E' = 'a policy forbids Windows Update'
        '0x80240044' = 'this account may not update the machine'
        '0x80240438' = 'the server could not be reached'
        '0x80242014' = 'the restart of an earlier update is still due'
        '0x80244017' = 'the server wants a login'
        '0x80244018' = 'the server refused the request'
        '0x80244019' = 'the server does not have what was asked for'
        '0x8024401C' = 'the server is busy'
        '0x80244021' = 'a gateway of the server failed'
        '0x80244022' = 'the server is overloaded'
        '0x80244023' = 'a gateway of the server did not answer in time'
        '0x8024402C' = 'the name of the server, or of a proxy, is not known'
    }
    if ($meanings.ContainsKey($name)) { return "$name, $($meanings[$name])." }
    return "$name, $(if ($message) { $message.TrimEnd('.') } else { 'see the list of error codes of Windows Update' })."
}
