function Get-DockerEnvironment {
    # The environment variables of Docker's service alone, as lines NAME=value; none where it has only the machine's.
    [CmdletBinding()]
    [OutputType([string[]])]
    param()
    $values = Get-ItemProperty -LiteralPath 'HKLM:\SYSTEM\CurrentControlSet\Services\docker'
    $property = $values.PSObject.Properties['Environment']
    if ($null -ne $property) { return [string[]]@($property.Value) }
}
