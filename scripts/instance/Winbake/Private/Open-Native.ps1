function Open-Native {
    # Starts a native program and does not wait for it; Receive-Native takes its result. Only here a program is started.
    # System.Diagnostics.Process, since two pulls shall run at once and each has a limit: jobs cost a PowerShell each, and
    # neither they nor Start-Process are in the engine that runs these scripts in tests.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [string]$FilePath,
        [string[]]$ArgumentList = @(),
        [string]$InputText = '',
        [hashtable]$Environment = @{}
    )
    # By its full path: a program of the same name in the current folder is not meant.
    $found = @(Get-Command -Name $FilePath -CommandType Application -ErrorAction SilentlyContinue)
    if ($found.Count -eq 0) { throw "There is no program $FilePath on this machine." }
    $start = [Diagnostics.ProcessStartInfo]::new($found[0].Path)
    $start.Arguments = @($ArgumentList | ForEach-Object { ConvertTo-NativeArgument -Text $_ }) -join ' '
    $start.UseShellExecute = $false
    foreach ($name in $Environment.Keys) { $start.EnvironmentVariables[$name] = [string]$Environment[$name] }
    $start.CreateNoWindow = $true
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = [Text.UTF8Encoding]::new($false)
    $start.StandardErrorEncoding = [Text.UTF8Encoding]::new($false)
    $process = [Diagnostics.Process]::Start($start)
    # Closed at once, so that no program waits for a person to type.
    $process.StandardInput.Write($InputText)
    $process.StandardInput.Close()
    return [pscustomobject]@{
        text    = "$FilePath $($ArgumentList -join ' ')".Trim()
        process = $process
        watch   = [Diagnostics.Stopwatch]::StartNew()
        # Both are read while it runs: a full pipe would stop it.
        output  = $process.StandardOutput.ReadToEndAsync()
        errors  = $process.StandardError.ReadToEndAsync()
    }
}
