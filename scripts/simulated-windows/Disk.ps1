# The C: drive: the folder c/ of the simulated host under a drive of that name, so that the file commands work with
# Windows paths. .NET calls know no PowerShell drives: scripts resolve paths before they hand them to .NET.
#   https://learn.microsoft.com/powershell/scripting/samples/managing-windows-powershell-drives
# The environment variables are those of every Windows:
#   https://learn.microsoft.com/windows/deployment/usmt/usmt-recognized-environment-variables

$script:getPSDrive = Get-Command -Name 'Get-PSDrive' -CommandType Cmdlet

function Mount-SystemDrive {
    $root = [IO.Path]::Combine([IO.Path]::GetDirectoryName((Get-HostFile)), 'c')
    if (-not [IO.Directory]::Exists($root)) {
        throw "The simulated host has no folder '$root' to stand for its C: drive."
    }
    $drives = $ExecutionContext.SessionState.Drive
    foreach ($old in @($drives.GetAll() | Where-Object { $_.Name -eq 'C' })) {
        $drives.Remove($old.Name, $true, 'global')
    }
    $provider = $ExecutionContext.SessionState.Provider.GetOne('FileSystem')
    $drive = [Management.Automation.PSDriveInfo]::new('C', $provider, [IO.Path]::GetFullPath($root), '', $null)
    $null = $drives.New($drive, 'global')
    $env:SystemDrive = 'C:'
    $env:SystemRoot = 'C:\Windows'
    $env:ProgramData = 'C:\ProgramData'
    $env:ProgramFiles = 'C:\Program Files'
}

function Get-PSDrive {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string]$Name)
    $drive = & $script:getPSDrive -Name $Name -ErrorAction Stop
    $free = (Get-HostState).PSObject.Properties['freeBytes']
    if ($Name -ne 'C' -or $null -eq $free) {
        # Where host.json does not say how much is free, it is what this computer has free below the folder.
        return $drive
    }
    return [pscustomobject]@{ Name = 'C'; Root = 'C:\'; Free = [long]$free.Value }
}
