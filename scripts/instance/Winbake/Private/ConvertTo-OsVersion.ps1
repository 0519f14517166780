function ConvertTo-OsVersion {
    # Splits an OS version of four parts into numbers, so that revisions are compared as numbers and never as text.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param([Parameter(Mandatory = $true)] [AllowEmptyString()] [string]$Text)
    if ($Text -notmatch '^10\.0\.([0-9]{1,6})\.([0-9]{1,9})$') {
        throw "'$Text' is not a Windows version of four parts such as 10.0.20348.4294."
    }
    return [pscustomobject]@{ build = [int]$Matches[1]; revision = [int]$Matches[2]; osVersion = $Text }
}
