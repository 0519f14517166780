function Select-Address {
    # The IPv4 address that ipconfig prints in the lines of a name; empty where there is none. A gateway of IPv6 may stand
    # before that of IPv4, which then follows on a line of its own.
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string]$Text,
        [Parameter(Mandatory = $true)] [string]$Name
    )
    $number = '[0-9]{1,3}(?:\.[0-9]{1,3}){3}'
    $found = [regex]::Match($Text, [regex]::Escape($Name) + "[ .]*:(?:[ \t]*[0-9a-f:%]+\r?\n)?[ \t]*($number)")
    return $found.Groups[1].Value
}
