function Get-FreeByte {
    <#
    .SYNOPSIS
    Tells how many bytes are free on the system drive.
    .EXAMPLE
    Get-FreeByte
    .OUTPUTS
    System.Int64.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param()
    return [long](Get-PSDrive -Name 'C').Free
}
