function Get-UpdateErrorMeaning {
    # What a code of Windows Update means, in words; of one that is in no table, what part of Windows it is of.
    # https://learn.microsoft.com/windows/win32/wua_sdk/wua-success-and-error-codes-
    # https://learn.microsoft.com/windows/deployment/update/windows-update-error-reference
    # https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/0642cb2f-2075-4469-918c-4441e69c548a
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [int]$Code)
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
        '0x80240019' = 'it is installed with no other at the same time'
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
        '0x8024402C' = 'the name of the server, or of a proxy, is not known'
    }
    if ($meanings.ContainsKey($name)) { return $meanings[$name] }
    $kinds = [ordered]@{
        '^0x8024[45]'      = 'the server of Windows Update, or the way to it, failed'
        '^0x80(246|20|D0)' = 'a download failed'
        '^0x8019'          = "a server answered with HTTP $($Code -band 0xFFF)"
        '^0x8007(2E|2F)'   = 'a connection failed'
        '^0x8007'          = "Windows failed with its error $($Code -band 0xFFFF)"
        '^0x8024[12]'      = 'the installer of the update failed'
        '^0x80248'         = 'what Windows Update keeps on this machine is damaged or in use'
        '^0x8024D'         = 'the agent of Windows Update could not be renewed'
        '^0x8024'          = 'the agent of Windows Update failed'
        '^0x800F'          = 'servicing of Windows failed'
        '^0x800[9B]'       = 'a signature or certificate was not accepted'
        '^'                = 'see the list of error codes of Windows Update'
    }
    return $kinds[@($kinds.Keys | Where-Object { $name -match $_ })[0]]
}
