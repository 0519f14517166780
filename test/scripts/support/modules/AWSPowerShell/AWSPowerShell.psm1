# Stands for the AWS Tools for PowerShell of the AWS Windows AMIs, as far as the scripts use them; for these tests only.
function Get-ECRLoginCommand {
    param([Parameter(Mandatory = $true)] [string]$Region)
    return [pscustomobject]@{ Username = 'AWS'; Password = "token-of-$Region" }
}
