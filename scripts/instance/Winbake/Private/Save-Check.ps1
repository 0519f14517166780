function Save-Check {
    # Adds a check to the verification and writes it down.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [Collections.Specialized.OrderedDictionary]$Document,
        [Parameter(Mandatory = $true)] [string]$Path,
        [Parameter(Mandatory = $true)] [Collections.Specialized.OrderedDictionary]$Check
    )
    $Document.checks += $Check
    Write-Document -Path $Path -Document $Document
}
