function Test-EcsAgent {
    # Checks that no ECS agent ran on the machine: its service is not running and it left no state. An AMI with the state of
    # an agent would register every host as the same container instance.
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bootstrap_windows_container_instance.html
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param()
    $status = 'not installed'
    foreach ($service in @(Get-Service | Where-Object { $_.Name -eq 'AmazonECS' })) { $status = [string]$service.Status }
    $state = 'C:\ProgramData\Amazon\ECS\data'
    $folder = Resolve-FilePath -Path $state
    # The folder itself may come with the base AMI.
    $files = @(if ([IO.Directory]::Exists($folder)) { [IO.Directory]::GetFileSystemEntries($folder) })
    $ok = $status -ne 'Running' -and $files.Count -eq 0
    return [ordered]@{ name = 'ecs agent'; ok = $ok; detail = "service AmazonECS is $status, $($files.Count) files in $state" }
}
