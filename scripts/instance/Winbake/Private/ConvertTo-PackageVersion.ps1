function ConvertTo-PackageVersion {
    # The version of an app package with all four parts, of which some tools leave out the last ones; nothing where the text is none.
    [CmdletBinding()]
    [OutputType([version])]
    param([Parameter(Mandatory = $true)] [AllowEmptyString()] [string]$Text)
    if ($Text -notmatch '^[0-9]{1,9}(\.[0-9]{1,9}){0,3}$') { return }
    return [version]((@($Text.Split('.')) + '0', '0', '0')[0..3] -join '.')
}
