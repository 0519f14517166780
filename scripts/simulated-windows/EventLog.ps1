# New-EventLog and Write-EventLog for the Application log: entries stand in events.jsonl beside host.json. Writing under a
# source that was not registered fails, and so does registering it twice.
#   https://learn.microsoft.com/powershell/module/microsoft.powershell.management/write-eventlog?view=powershell-5.1
#   https://learn.microsoft.com/powershell/module/microsoft.powershell.management/new-eventlog?view=powershell-5.1

function Get-EventFile {
    param([string]$Name)
    return [IO.Path]::Combine([IO.Path]::GetDirectoryName((Get-HostFile)), $Name)
}

function Test-EventSource {
    param([string]$Source)
    $file = Get-EventFile 'event-sources.txt'
    return [IO.File]::Exists($file) -and [IO.File]::ReadAllLines($file) -contains $Source
}

function New-EventLog {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [ValidateSet('Application')] [string]$LogName,
        [Parameter(Mandatory)] [string]$Source
    )
    $null = $LogName
    if (Test-EventSource $Source) {
        $problem = [InvalidOperationException]::new("The `"$Source`" source is already registered on the `"localhost`" computer.")
        $PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new($problem, 'NewEventLog', 'InvalidOperation', $Source))
        return
    }
    [IO.File]::AppendAllText((Get-EventFile 'event-sources.txt'), "$Source`n")
}

function Write-EventLog {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [ValidateSet('Application')] [string]$LogName,
        [Parameter(Mandatory)] [string]$Source,
        [Parameter(Mandatory)] [int]$EventId,
        [Parameter(Mandatory)] [ValidateSet('Information', 'Warning', 'Error')] [string]$EntryType,
        [Parameter(Mandatory)] [ValidateLength(1, 32766)] [string]$Message
    )
    if (-not (Test-EventSource $Source)) {
        throw "The source name `"$Source`" does not exist on computer `"localhost`"."
    }
    $entry = [ordered]@{ log = $LogName; source = $Source; id = $EventId; type = $EntryType; message = $Message }
    [IO.File]::AppendAllText((Get-EventFile 'events.jsonl'), "$(ConvertTo-Json -InputObject $entry -Compress)`n")
}
