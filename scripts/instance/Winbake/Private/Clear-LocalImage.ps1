function Clear-LocalImage {
    # Takes an image off this machine, with all its names; fails where it stays.
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string]$Reference)
    $null = Invoke-Native -FilePath 'docker' -ArgumentList 'image', 'rm', '--force', $Reference -AcceptedExitCode 0, 1
    $null = Invoke-Native -FilePath 'docker' -ArgumentList 'image', 'inspect', $Reference -AcceptedExitCode 1
}
