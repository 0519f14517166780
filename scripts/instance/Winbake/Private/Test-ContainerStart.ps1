function Test-ContainerStart {
    # Starts one process-isolated container from a cached image, twice, without pulling, and measures both. The second start
    # tells what is left once the layers have been read: on a fresh volume the first one waits for the snapshot. The entry point
    # is replaced since that of iis and aspnet watches a service and does not end.
    [CmdletBinding()]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Image,
        [Parameter(Mandatory = $true)] [double]$StartSeconds
    )
    $reference = @(Get-ImageReference -Image $Image)[0]
    $arguments = 'run', '--rm', '--pull=never', '--isolation=process', '--entrypoint', 'cmd', $reference, '/c', 'ver'
    $seconds = [Collections.Generic.List[double]]::new()
    $ok = $true
    try {
        while ($seconds.Count -lt 2) {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $output = @(Invoke-Native -FilePath 'docker' -ArgumentList $arguments -TimeoutSeconds $StartSeconds -MustAnswer) -join ' '
            $seconds.Add([Math]::Round($watch.Elapsed.TotalSeconds, 2))
        }
        $detail = $output.Trim()
    }
    catch {
        $ok = $false
        $detail = Format-Failure $_
    }
    $check = [ordered]@{ name = "container $($Image.family)"; ok = $ok; detail = $detail }
    return [pscustomobject]@{ check = $check; seconds = $seconds.ToArray() }
}
