function Test-SystemFileRename {
    # Whether a file of Windows itself is to be replaced at the next start. The value holds pairs of old and new name; an empty
    # new name is a deletion, and a leading "!" means that an older file is overwritten.
    # https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-movefileexw
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory = $true)] [pscustomobject]$Value)
    $property = $Value.PSObject.Properties['PendingFileRenameOperations']
    if ($null -eq $property) { return $false }
    $names = @($property.Value)
    for ($index = 1; $index -lt $names.Count; $index += 2) {
        if ($names[$index] -match '^!?\\\?\?\\C:\\Windows\\(?!Temp\\)') { return $true }
    }
    return $false
}
