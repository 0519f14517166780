function Read-UpdateRecord {
    <#
    .SYNOPSIS
    Reads what earlier rounds of updates left in the work folder; before the first one it says how Windows was found.
    .PARAMETER WorkFolder
    The folder of updates.json.
    .EXAMPLE
    Read-UpdateRecord -WorkFolder C:\ProgramData\Winbake
    .OUTPUTS
    OrderedDictionary: a document of winbake.updates/1.
    #>
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param([Parameter(Mandatory = $true)] [string]$WorkFolder)
    $file = Join-Path $WorkFolder 'updates.json'
    if (-not (Test-Path -LiteralPath $file)) {
        return [ordered]@{
            schema = 'winbake.updates/1'; osVersionBefore = (Get-HostVersion).osVersion
            at = Get-Instant; rounds = 0; restartedFor = @(); failed = @(); installed = @()
        }
    }
    $known = Read-Document -Path $file -Schema 'winbake.updates/1'
    return [ordered]@{
        schema = $known.schema; osVersionBefore = $known.osVersionBefore
        at = Get-Instant -Value $known.at; rounds = $known.rounds; restartedFor = @($known.restartedFor)
        failed = @($known.failed); installed = @($known.installed)
    }
}
