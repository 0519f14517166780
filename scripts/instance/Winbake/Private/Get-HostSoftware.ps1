function Get-HostSoftware {
    # What of the bill of materials stands on the host itself: Docker and the agents, with their versions. What does not tell its
    # version is left out: this describes, and ends no bake.
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param()
    try {
        $asked = 'version', '--format', '{{.Server.Version}}'
        $engine = (@(Invoke-Native -FilePath 'docker' -ArgumentList $asked -TimeoutSeconds 30) -join '').Trim()
        if ($engine -ne '') { [ordered]@{ name = 'docker'; version = $engine } }
    }
    catch { Show-Progress "Docker does not report its version: $($_.Exception.Message)" }
    $agents = [ordered]@{
        'amazon-ecs-agent' = 'C:\Program Files\Amazon\ECS\amazon-ecs-agent.exe'
        'amazon-ssm-agent' = 'C:\Program Files\Amazon\SSM\amazon-ssm-agent.exe'
        'ec2launch'        = 'C:\Program Files\Amazon\EC2Launch\EC2Launch.exe'
    }
    foreach ($name in $agents.Keys) {
        $file = Resolve-FilePath -Path $agents[$name]
        if (-not [IO.File]::Exists($file)) { continue }
        $version = [string][Diagnostics.FileVersionInfo]::GetVersionInfo($file).ProductVersion
        if ($version.Trim() -ne '') { [ordered]@{ name = $name; version = $version.Trim() } }
    }
}
