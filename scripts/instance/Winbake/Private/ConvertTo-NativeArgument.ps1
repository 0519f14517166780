function ConvertTo-NativeArgument {
    # One argument as the command line of a Windows program needs it: quoted where it is empty or holds a space, and then
    # with a backslash at its end doubled. .NET Framework takes a whole line only, and .NET on other systems splits that
    # line by the same rules.
    # https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [AllowEmptyString()] [string]$Text)
    if ($Text.Contains('"')) {
        throw "An argument holds a double quote, which not every program takes from a command line: $Text"
    }
    if ($Text -ne '' -and $Text -notmatch '\s') { return $Text }
    return '"' + ($Text -replace '(\\+)$', '$1$1') + '"'
}
