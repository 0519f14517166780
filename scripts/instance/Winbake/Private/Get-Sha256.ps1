function Get-Sha256 {
    # The SHA-256 of a file's bytes, in lower case as registries and sha256sum write it.
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [string]$Path)
    $algorithm = [Security.Cryptography.SHA256]::Create()
    try {
        $hash = $algorithm.ComputeHash([IO.File]::ReadAllBytes((Resolve-FilePath -Path $Path)))
    }
    finally {
        $algorithm.Dispose()
    }
    return [BitConverter]::ToString($hash).Replace('-', '').ToLowerInvariant()
}
