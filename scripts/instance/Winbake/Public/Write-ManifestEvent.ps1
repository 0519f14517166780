function Write-ManifestEvent {
    <#
    .SYNOPSIS
    Writes an image manifest in one line to the Application log of Windows, under the source Winbake.
    .DESCRIPTION
    Sysprep empties the logs, so this entry tells only who looks at the build instance; container hosts write such a line
    again when they start. A log that cannot be written spoils no bake.
    .PARAMETER Manifest
    The document.
    .EXAMPLE
    Write-ManifestEvent -Manifest $manifest
    .OUTPUTS
    Nothing.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [Collections.Specialized.OrderedDictionary]$Manifest)
    $images = @($Manifest.images | ForEach-Object { "$($_.family) $($_.osVersion) ($($_.mode))" }) -join ', '
    $message = "Winbake baked Windows $($Manifest.host.osVersion) with $images; order $($Manifest.order), image set $($Manifest.set)."
    try {
        # Fails where the source is known already, which is as well.
        New-EventLog -LogName 'Application' -Source 'Winbake' -ErrorAction SilentlyContinue
        Write-EventLog -LogName 'Application' -Source 'Winbake' -EventId 1 -EntryType Information -Message $message
    }
    catch {
        Show-Progress "The event log could not be written: $(Format-Failure $_)"
    }
}
