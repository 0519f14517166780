function Test-NatNetwork {
    # Checks that containers get an address and a way out on docker's own network: without it neither tasks on the nat
    # network nor the credentials of task roles work, and sysprep is known to break it.
    # https://github.com/docker/for-win/issues/750
    [CmdletBinding()]
    [OutputType([Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [pscustomobject]$Image,
        [Parameter(Mandatory = $true)] [double]$StartSeconds
    )
    try {
        $text = @(Invoke-Native -FilePath 'docker' -ArgumentList 'network', 'inspect', 'nat' -TimeoutSeconds 120 -MustAnswer) -join "`n"
        $parsed = $text | ConvertFrom-Json
        $driver = [string]@($parsed)[0].Driver
        if ($driver -ne 'nat') { throw "The network nat has the driver '$driver'." }
        $reference = @(Get-ImageReference -Image $Image)[0]
        $arguments = 'run', '--rm', '--pull=never', '--isolation=process', '--network', 'nat', '--entrypoint', 'cmd', $reference
        $arguments += '/c', 'ipconfig'
        $output = @(Invoke-Native -FilePath 'docker' -ArgumentList $arguments -TimeoutSeconds $StartSeconds -MustAnswer) -join "`n"
        $address = Select-Address -Text $output -Name 'IPv4 Address'
        $gateway = Select-Address -Text $output -Name 'Default Gateway'
        # Windows gives itself an address of 169.254 where it gets none.
        if ($address -eq '' -or $address.StartsWith('169.254.')) { throw "A container on the network nat got no address ('$address')." }
        if ($gateway -eq '') { throw "A container on the network nat got the address $address and no gateway." }
        return [ordered]@{ name = 'network nat'; ok = $true; detail = "a container got $address with the gateway $gateway" }
    }
    catch {
        return [ordered]@{ name = 'network nat'; ok = $false; detail = Format-Failure $_ }
    }
}
