function Write-Document {
    <#
    .SYNOPSIS
    Writes a JSON document, keys in their order, as UTF-8 without a byte order mark.
    .PARAMETER Path
    The file; what it held before is replaced.
    .PARAMETER Document
    The document; its first key is "schema".
    .EXAMPLE
    Write-Document -Path C:\ProgramData\Winbake\host.json -Document ([ordered]@{ schema = 'winbake.host/1' })
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string]$Path,
        [Parameter(Mandatory = $true)] [Collections.Specialized.OrderedDictionary]$Document
    )
    $file = Resolve-FilePath -Path $Path
    $text = (ConvertTo-Json -InputObject $Document -Depth 8).Replace("`r`n", "`n") + "`n"
    # Readers see the whole document or none: it gets its name only when it is complete.
    $draft = "$file.partial"
    [IO.File]::WriteAllText($draft, $text, [Text.UTF8Encoding]::new($false))
    [IO.File]::Delete($file)
    [IO.File]::Move($draft, $file)
}
