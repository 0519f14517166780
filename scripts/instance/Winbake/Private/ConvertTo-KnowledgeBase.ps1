function ConvertTo-KnowledgeBase {
    # The KB numbers of a list such as "KB5066782,KB5066136"; "none" is an empty list.
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [string]$Text)
    if ($Text -eq 'none') { return }
    foreach ($part in $Text.Split(',')) {
        $number = $part.Trim().ToUpperInvariant()
        if ($number -notmatch '^KB[0-9]{6,8}$') {
            throw "A list of updates is such as KB5066782,KB5066136, or none; got: '$Text'."
        }
        $number
    }
}
