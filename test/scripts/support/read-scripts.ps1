# Reads scripts with PowerShell's own parser, runs none of them, and writes down what they hold and what is wrong with them: what
# Windows PowerShell 5.1 would not parse or does not have, aliases, and what some of PSScriptAnalyzer's default rules find.
#   https://learn.microsoft.com/powershell/scripting/whats-new/differences-from-windows-powershell
#   https://learn.microsoft.com/powershell/utility-modules/psscriptanalyzer/rules/readme
param(
    # { folder, files, commands: the table of 5.1, more: names of further commands }
    [Parameter(Mandatory = $true)] [string]$RequestFile,
    [Parameter(Mandatory = $true)] [string]$ResultFile
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$request = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($RequestFile)) -AsHashtable

# https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_commonparameters?view=powershell-5.1
$common = 'Debug', 'ErrorAction', 'ErrorVariable', 'OutVariable', 'Verbose', 'WarningAction'
$stateChanging = 'New', 'Set', 'Remove', 'Start', 'Stop', 'Restart', 'Reset', 'Update'
$automatic = '_', 'args', 'error', 'event', 'home', 'host', 'input', 'matches', 'pid', 'profile', 'pscmdlet', 'psitem', 'pwd', 'this'
# The aliases of this PowerShell, and those that only Windows has.
$aliases = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
foreach ($name in @((Get-Alias).Name) + @('ac', 'cat', 'compare', 'cp', 'cpp', 'curl', 'diff', 'gcb', 'gsv', 'gwmi', 'ls', 'man',
        'mount', 'mv', 'ps', 'rm', 'rmdir', 'sasv', 'sc', 'scb', 'sleep', 'sort', 'spsv', 'start', 'sv', 'tee', 'wget', 'write')) {
    $null = $aliases.Add($name)
}

function Find-EnclosingFunction {
    param([object]$Node)
    for ($parent = $Node.Parent; $null -ne $parent; $parent = $parent.Parent) {
        if ($parent -is [Management.Automation.Language.FunctionDefinitionAst]) { return $parent.Name }
    }
    return ''
}

function Get-ParameterName {
    param([object]$List)
    if ($null -ne $List) { foreach ($one in $List) { $one.Name.VariablePath.UserPath } }
}

# The rules that a command breaks; the table is that of 5.1 and of the scripts' own functions.
function Find-CommandFault {
    param([Management.Automation.Language.CommandAst]$Command, [Collections.IDictionary]$Table)
    $name = $Command.GetCommandName()
    if (-not $name -or $name -like '*.ps1') { return }
    $elements = $Command.CommandElements
    $given = @($elements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] })
    if ($aliases.Contains($name)) { "Alias $name" }
    elseif ($Table.Contains($name)) {
        foreach ($one in $given) {
            if ($one.ParameterName -notin $Table[$name] -and $one.ParameterName -notin $common) { "UnknownParameter $name -$($one.ParameterName)" }
        }
    }
    elseif ($name -notin $request.more) { "UnknownCommand $name" }
    $positional = 0
    for ($index = 1; $index -lt $elements.Count; $index++) {
        # What follows a parameter may be its value; a switch makes this count too low, as it does for the analyzer.
        $before = $elements[$index - 1]
        $follows = $before -is [Management.Automation.Language.CommandParameterAst] -and $null -eq $before.Argument
        if (-not $follows -and $elements[$index] -isnot [Management.Automation.Language.CommandParameterAst]) { $positional++ }
    }
    if ($name -eq 'Invoke-Expression') { 'AvoidUsingInvokeExpression' }
    elseif ($name -eq 'Write-Host' -and (Find-EnclosingFunction $Command) -notlike 'Show-*') { 'AvoidUsingWriteHost' }
    elseif ($name -in 'Get-WmiObject', 'Invoke-WmiMethod') { 'AvoidUsingWMICmdlet' }
    elseif ($name -like '*-*' -and $positional -gt 2) { 'AvoidUsingPositionalParameters' }
}

function Find-FunctionFault {
    param([Management.Automation.Language.FunctionDefinitionAst]$Function)
    $verb = $Function.Name.Split('-')[0]
    if ($verb -in $stateChanging -and $Function.Extent.Text -notlike '*SupportsShouldProcess*') { 'UseShouldProcessForStateChangingFunctions' }
    elseif ($Function.Name -clike '*s' -and $Function.Name -cnotlike '*ss') { 'UseSingularNouns' }
}

function Find-ParameterFault {
    param([Management.Automation.Language.ParameterAst]$Parameter)
    if ($null -ne $Parameter.DefaultValue -and $Parameter.StaticType.Name -eq 'SwitchParameter') { return 'AvoidDefaultValueSwitchParameter' }
    $name = $Parameter.Name.VariablePath.UserPath
    $body = $Parameter.Parent.Parent
    $uses = $body.Find({
            param($node)
            $node -is [Management.Automation.Language.VariableExpressionAst] -and $node -ne $Parameter.Name -and
            $node.VariablePath.UserPath -eq $name
        }, $true)
    if ($null -eq $uses -and $body.Extent.Text -notlike '*PSBoundParameters*') { 'ReviewUnusedParameter' }
}

# The rules that a node of the tree breaks.
function Find-NodeFault {
    param([Management.Automation.Language.Ast]$Node, [Collections.IDictionary]$Table)
    switch ($Node.GetType().Name) {
        'TernaryExpressionAst' { 'NewSyntax ternary' }
        'PipelineChainAst' { 'NewSyntax pipelineChain' }
        'PipelineAst' { if ($Node.Background) { 'NewSyntax background' } }
        { $_ -in 'MemberExpressionAst', 'InvokeMemberExpressionAst', 'IndexExpressionAst' } {
            if ($Node.NullConditional) { 'NewSyntax nullConditional' }
        }
        'ScriptBlockAst' { if ($null -ne $Node.CleanBlock) { 'NewSyntax cleanBlock' } }
        'CatchClauseAst' { if ($Node.Body.Statements.Count -eq 0) { 'AvoidUsingEmptyCatchBlock' } }
        'VariableExpressionAst' { if ($Node.VariablePath.IsGlobal) { 'AvoidGlobalVars' } }
        'BinaryExpressionAst' {
            $isNull = $Node.Right -is [Management.Automation.Language.VariableExpressionAst] -and $Node.Right.VariablePath.UserPath -eq 'null'
            if ($isNull -and $Node.Operator -match '(eq|ne)$') { 'PossibleIncorrectComparisonWithNull' }
        }
        'AssignmentStatementAst' {
            $isVariable = $Node.Left -is [Management.Automation.Language.VariableExpressionAst]
            if ($isVariable -and $Node.Left.VariablePath.UserPath -in $automatic) { 'AvoidAssignmentToAutomaticVariable' }
        }
        'FunctionDefinitionAst' { Find-FunctionFault $Node }
        'ParameterAst' { Find-ParameterFault $Node }
        'CommandAst' { Find-CommandFault $Node $Table }
    }
}

# What is seen best in the tokens.
function Find-TokenFault {
    param([Management.Automation.Language.Token]$Token)
    switch ($Token.Kind) {
        'QuestionQuestion' { 'NewSyntax nullCoalescing' }
        'QuestionQuestionEquals' { 'NewSyntax nullCoalescingAssignment' }
        'Number' { if ($Token.Text -notmatch '^[-+]?(0x[\da-f]+|[\d.]+(e[+-]?\d+)?d?)l?([kmgtp]b)?$') { 'NewSyntax numberSuffix' } }
        { $_ -in 'StringExpandable', 'HereStringExpandable' } { if ($Token.Text -match '(?<!`)(``)*`(e|u\{)') { 'NewSyntax escape' } }
    }
}

function Format-Function {
    param([Management.Automation.Language.FunctionDefinitionAst]$Function)
    $help = $Function.GetHelpContent()
    $list = if ($null -ne $Function.Body.ParamBlock) { $Function.Body.ParamBlock.Parameters } else { $Function.Parameters }
    [ordered]@{
        name       = $Function.Name
        lines      = $Function.Extent.EndLineNumber - $Function.Extent.StartLineNumber + 1
        parameters = @(Get-ParameterName $list)
        synopsis   = if ($null -ne $help -and $null -ne $help.Synopsis) { $help.Synopsis.Trim() } else { '' }
        documented = @(if ($null -ne $help) { $help.Parameters.Keys })
        examples   = if ($null -ne $help) { $help.Examples.Count } else { 0 }
        outputs    = if ($null -ne $help) { $help.Outputs.Count } else { 0 }
    }
}

function Test-Native {
    param([Management.Automation.Language.CommandAst]$Command)
    $name = [string]$Command.GetCommandName()
    # Verb-Noun is a command of PowerShell; a dot takes in a script; a script block is no program. What is left may be one.
    return $Command.CommandElements[0] -isnot [Management.Automation.Language.ScriptBlockExpressionAst] -and
        $Command.InvocationOperator -ne 'Dot' -and $name -notlike '*.ps1' -and $name -notlike '*-*'
}

function Test-StrictModeLatest {
    param([Management.Automation.Language.CommandAst]$Command)
    return ($Command.CommandElements | ForEach-Object { $_.Extent.Text }) -join ' ' -eq 'Set-StrictMode -Version Latest'
}

$parsed = foreach ($file in $request.files) {
    $tokens = $problems = $null
    $tree = [Management.Automation.Language.Parser]::ParseFile([IO.Path]::Combine($request.folder, $file), [ref]$tokens, [ref]$problems)
    @{ file = $file; tokens = $tokens; problems = $problems; nodes = @($tree.FindAll({ $true }, $true)) }
}
$table = [Collections.Hashtable]::new($request.commands, [StringComparer]::OrdinalIgnoreCase)
foreach ($function in $parsed.nodes | Where-Object { $_ -is [Management.Automation.Language.FunctionDefinitionAst] }) {
    $table[$function.Name] = (Format-Function $function).parameters
}
$facts = foreach ($script in $parsed) {
    $commands = @($script.nodes | Where-Object { $_ -is [Management.Automation.Language.CommandAst] })
    $findings = @(
        foreach ($problem in $script.problems) { @{ line = $problem.Extent.StartLineNumber; text = "Syntax $($problem.Message)" } }
        foreach ($node in $script.nodes) {
            foreach ($text in Find-NodeFault $node $table) { @{ line = $node.Extent.StartLineNumber; text = $text } }
        }
        foreach ($token in $script.tokens) {
            foreach ($text in Find-TokenFault $token) { @{ line = $token.Extent.StartLineNumber; text = $text } }
        }
    )
    [ordered]@{
        file             = $script.file
        findings         = @($findings | Sort-Object -Property { $_.line } -Stable | ForEach-Object { "$($_.line): $($_.text)" })
        strictModeLatest = @($commands | Where-Object { Test-StrictModeLatest $_ }).Count -gt 0
        functions        = @($script.nodes | Where-Object { $_ -is [Management.Automation.Language.FunctionDefinitionAst] } | ForEach-Object { Format-Function $_ })
        commands         = @($commands | ForEach-Object { $_.GetCommandName() } | Where-Object { $_ } | Sort-Object -Unique)
        native           = @($commands | Where-Object { Test-Native $_ } | ForEach-Object {
                [ordered]@{ text = $_.CommandElements[0].Extent.Text; function = Find-EnclosingFunction $_ }
            })
        exits            = @($script.nodes | Where-Object { $_ -is [Management.Automation.Language.ExitStatementAst] } | ForEach-Object {
                if ($null -eq $_.Pipeline) { '' } else { $_.Pipeline.Extent.Text }
            })
    }
}
[IO.File]::WriteAllText($ResultFile, (ConvertTo-Json -InputObject @($facts) -Depth 6))
