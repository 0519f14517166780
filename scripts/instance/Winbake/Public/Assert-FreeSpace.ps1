function Assert-FreeSpace {
    <#
    .SYNOPSIS
    Fails where the system drive has too little room for what comes next.
    .DESCRIPTION
    The head-room is what Windows, Docker and the ECS agent themselves need meanwhile; a drive that runs full breaks them in
    ways that nobody connects with the disk.
    .PARAMETER NeededBytes
    What comes next takes so much.
    .PARAMETER Purpose
    What comes next, in a few words.
    .PARAMETER HeadRoomBytes
    So much must be left after it.
    .EXAMPLE
    Assert-FreeSpace -NeededBytes 12000000000 -Purpose 'the image set'
    .OUTPUTS
    System.Int64. The free bytes.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)] [long]$NeededBytes,
        [string]$Purpose = 'the images',
        [long]$HeadRoomBytes = 4GB
    )
    $free = Get-FreeByte
    if ($free -lt $NeededBytes + $HeadRoomBytes) {
        throw (ConvertTo-StepError 'NO_SPACE' ("Drive C: has $(Format-Size -Bytes $free -Unit GB) free; $Purpose needs " +
            "$(Format-Size -Bytes $NeededBytes -Unit GB), " +
            "and $(Format-Size -Bytes $HeadRoomBytes -Unit GB) must be left. Give the pipeline a larger volume, or fewer families."))
    }
    return $free
}
