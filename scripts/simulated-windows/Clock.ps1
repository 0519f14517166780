# Get-Date on a host whose clock is not this computer's: "clockOffsetSeconds" of host.json is added to what this one says.

$script:getDate = Get-Command -Name 'Get-Date' -CommandType Cmdlet

function Get-Date {
    [CmdletBinding()]
    param()
    $now = & $script:getDate
    $offset = (Get-HostState).PSObject.Properties['clockOffsetSeconds']
    if ($null -eq $offset) { return $now }
    return $now.AddSeconds([double]$offset.Value)
}
