function Test-LastingUpdateError {
    # Whether a failure of Windows Update has a code that neither a restart nor another bake heals: the disk is full, the service is
    # disabled, access is denied, a policy forbids it, or this account may not.
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory = $true)] [string]$Reason)
    return $Reason -match '0x(80070070|80070422|80070005|8024002E|80240044)'
}
