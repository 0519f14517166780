function Open-ImagePull {
    # Starts the next attempt at one pull.
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [pscustomobject]$Pull)
    $Pull.attempt++
    $Pull.state = 'pulling'
    $again = ''
    if ($Pull.attempt -gt 1) { $again = ", attempt $($Pull.attempt)" }
    Show-Progress ("Pulling $($Pull.name)$again, $(Format-Size -Bytes $Pull.compressedBytes), $($Pull.image.osVersion) " +
        "($($Pull.image.mode)), $(Format-Size -Bytes (Get-FreeByte) -Unit GB) free: $($Pull.source)")
    $Pull.native = Open-Native -FilePath 'docker' -ArgumentList 'pull', $Pull.source -Environment $Pull.environment
}
