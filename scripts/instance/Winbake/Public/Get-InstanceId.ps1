function Get-InstanceId {
    <#
    .SYNOPSIS
    Asks the instance metadata service (version 2) for the id of this instance.
    .DESCRIPTION
    AWS_EC2_METADATA_SERVICE_ENDPOINT names another endpoint, as it does for the AWS SDKs.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
    .EXAMPLE
    Get-InstanceId
    .OUTPUTS
    System.String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $endpoint = 'http://169.254.169.254'
    if ($env:AWS_EC2_METADATA_SERVICE_ENDPOINT) {
        $endpoint = $env:AWS_EC2_METADATA_SERVICE_ENDPOINT.TrimEnd('/')
    }
    $lifetime = @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '60' }
    $token = Get-HttpText -Method 'PUT' -Uri "$endpoint/latest/api/token" -Header $lifetime
    $answer = Get-HttpText -Method 'GET' -Uri "$endpoint/latest/meta-data/instance-id" -Header @{ 'X-aws-ec2-metadata-token' = $token }
    if ($answer -cnotmatch '^i-[0-9a-f]{8,17}$') {
        throw "The instance metadata service at $endpoint answered '$answer', which is no instance id."
    }
    return $answer
}
