function Get-Pause {
    # The seconds before the next attempt: twice as long each time, and by chance up to half as long again, so that many
    # machines do not come back together.
    [CmdletBinding()]
    [OutputType([double])]
    param(
        [Parameter(Mandatory = $true)] [double]$Seconds,
        # The attempt that failed, counted from 1.
        [Parameter(Mandatory = $true)] [int]$Attempt
    )
    return [Math]::Round($Seconds * [Math]::Pow(2, $Attempt - 1) * (1 + (Get-Random -Minimum 0 -Maximum 500) / 1000), 2)
}
