function Get-DockerEntry {
    # What an object of docker's configuration has under a name; nothing where it is none, or has none.
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [AllowNull()] [object]$Value,
        [Parameter(Mandatory = $true)] [string]$Name
    )
    if ($null -eq $Value) { return }
    $found = $Value.PSObject.Properties[$Name]
    if ($null -ne $found) { return $found.Value }
}
