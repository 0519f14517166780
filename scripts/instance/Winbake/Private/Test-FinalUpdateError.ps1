function Test-FinalUpdateError {
    # Whether neither another attempt nor a restart can help: Windows Update is turned off, or not for this account.
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory = $true)] [string]$Text)
    return $Text -match '0x(80070422|80070005|8024002E|80240044)'
}
