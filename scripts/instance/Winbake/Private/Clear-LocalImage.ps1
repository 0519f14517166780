function Clear-LocalImage {
    # Takes all names off a pulled image; docker frees its layers with the last name, and keeps those that another image has too. Fails where
    # a name stays.
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [pscustomobject]$Pull)
    foreach ($reference in @(Get-ImageReference -Image $Pull.image) + $Pull.source) {
        $null = Invoke-Native -FilePath 'docker' -ArgumentList 'image', 'rm', '--force', $reference -AcceptedExitCode 0, 1
        $null = Invoke-Native -FilePath 'docker' -ArgumentList 'image', 'inspect', $reference -AcceptedExitCode 1
    }
}
