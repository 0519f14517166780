function Read-Document {
    <#
    .SYNOPSIS
    Reads a JSON document and checks that it is of the kind that is wanted.
    .PARAMETER Path
    The file.
    .PARAMETER Schema
    The value that its field "schema" must have.
    .EXAMPLE
    Read-Document -Path C:\ProgramData\Winbake\order.json -Schema winbake.order/1
    .OUTPUTS
    PSCustomObject.
    #>
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [string]$Path,
        [Parameter(Mandatory = $true)] [string]$Schema
    )
    $file = Resolve-FilePath -Path $Path
    if (-not [IO.File]::Exists($file)) {
        throw "'$Path' is missing; it should hold a document of $Schema, left by an earlier step."
    }
    try {
        $document = [IO.File]::ReadAllText($file) | ConvertFrom-Json
    }
    catch {
        throw "'$Path' is no JSON: $($_.Exception.Message)"
    }
    $found = '(none)'
    if ($document -is [System.Management.Automation.PSCustomObject] -and $document.PSObject.Properties['schema']) {
        $found = $document.schema
    }
    if ($found -ne $Schema) {
        throw "'$Path' should be a document of $Schema; its schema is: $found"
    }
    return $document
}
