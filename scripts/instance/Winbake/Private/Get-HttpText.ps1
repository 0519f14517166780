function Get-HttpText {
    # One small HTTP request without a proxy, its answer as text.
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string]$Method,
        [Parameter(Mandatory = $true)] [string]$Uri,
        [Parameter(Mandatory = $true)] [hashtable]$Header
    )
    $request = [Net.WebRequest]::Create($Uri)
    $request.Method = $Method
    $request.Timeout = 5000
    # A machine-wide proxy must not see a metadata token.
    $request.Proxy = $null
    if ($Method -eq 'PUT') { $request.ContentLength = 0 }
    foreach ($name in $Header.Keys) { $request.Headers.Add($name, $Header[$name]) }
    $response = $null
    $reader = $null
    try {
        $response = $request.GetResponse()
        $reader = [IO.StreamReader]::new($response.GetResponseStream())
        return $reader.ReadToEnd().Trim()
    }
    catch {
        throw "$Method $Uri failed: $($_.Exception.GetBaseException().Message)"
    }
    finally {
        if ($null -ne $reader) { $reader.Dispose() }
        if ($null -ne $response) { $response.Dispose() }
    }
}
