# Evaluates expressions one by one in this process and writes down the text of what each gave, or of its error.
param([string]$ExpressionFile, [string]$ResultFile)
$results = foreach ($expression in @([IO.File]::ReadAllText($ExpressionFile) | ConvertFrom-Json)) {
    try {
        $ErrorActionPreference = 'Stop'
        [ordered]@{ output = @(& ([scriptblock]::Create($expression)) 3>&1 6>&1 | ForEach-Object { [string]$_ }); error = '' }
    }
    catch {
        [ordered]@{ output = @(); error = [string]$_ }
    }
}
[IO.File]::WriteAllText($ResultFile, (ConvertTo-Json -InputObject @($results) -Depth 4))
