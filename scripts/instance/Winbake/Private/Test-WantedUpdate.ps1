function Test-WantedUpdate {
    # Whether the policy takes an update. It takes classifications by name, so that what it does not know (upgrades, drivers) is
    # left: monthly security updates are SecurityUpdates, previews are Updates that are optional.
    # https://learn.microsoft.com/previous-versions/windows/desktop/ff357803(v=vs.85)
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Update,
        [Parameter(Mandatory = $true)] [string]$Policy,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]]$Include,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]]$Exclude
    )
    if (@($Update.kb | Where-Object { $Exclude -contains $_ }).Count -gt 0) { return $false }
    if (@($Update.kb | Where-Object { $Include -contains $_ }).Count -gt 0) { return $true }
    $wanted = @()
    if ($Policy -ne 'none') {
        # SecurityUpdates, CriticalUpdates
        $wanted += '0FA1201D-4330-4FA8-8AE9-B877473B6441', 'E6CF1350-C01B-414D-A61F-263D14D133B4'
    }
    if ($Policy -eq 'all') {
        # UpdateRollups, DefinitionUpdates, Updates
        $wanted += '28BC880E-0592-4CBF-8F95-C79B17911D5F', 'E0789628-CE08-4437-BE74-2495B842F43B'
        if (-not $Update.optional) { $wanted += 'CD5FFD1E-E932-4E3A-BF74-18BF0B1BBD83' }
    }
    return @($Update.categories | Where-Object { $wanted -contains $_ }).Count -gt 0
}
