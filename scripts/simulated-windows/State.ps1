# The state of the simulated host: read anew at each use, since a reboot between two steps changes it.

function Assert-NotWindows {
    if ($env:OS -eq 'Windows_NT') {
        throw 'A simulated Windows host needs a PowerShell on another system: here, C: and the registry are the real ones.'
    }
}

function Get-HostFile {
    $folder = $env:WINBAKE_SIMULATED_HOST
    if (-not $folder) {
        throw 'WINBAKE_SIMULATED_HOST is not set: it names the folder that holds host.json and c/.'
    }
    return [IO.Path]::Combine($folder, 'host.json')
}

function Get-HostState {
    $file = Get-HostFile
    if (-not [IO.File]::Exists($file)) {
        throw "The simulated host has no '$file'."
    }
    return [IO.File]::ReadAllText($file) | ConvertFrom-Json
}

function Set-HostState {
    param([object]$State)
    $file = Get-HostFile
    # Whoever looks at the host meanwhile sees the old state or the new one, never half of it.
    $draft = "$file.$PID"
    [IO.File]::WriteAllText($draft, ($State | ConvertTo-Json -Depth 8))
    [IO.File]::Move($draft, $file, $true)
}

function Get-HostFact {
    param([object]$State, [string]$Name)
    $property = $State.PSObject.Properties[$Name]
    if ($null -eq $property -or $null -eq $property.Value) {
        throw "The simulated host's host.json lacks '$Name', which this script asks for."
    }
    return $property.Value
}
