# Runs script files one after the other, each in a runspace of its own, as `pwsh -File` does in a process of its own.
#
# A request is one line of JSON on file descriptor 3: { id, script, arguments, modules, folder, environment }. Standard output
# and standard error belong to the script and to the programs that it starts; when it has ended, each gets the line
# "<NUL>id exitCode". The first such line has the id "ready". The process ends with the requests.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# The exit code is that of the script's own `exit`, else 0: that of a native program alone does not count, as with -File.
# What never begins, since it does not parse or an argument does not fit, ends with 1.
$invocation = @'
$global:LASTEXITCODE = 1
$arguments = @(if ($args.Count -gt 1) { $args[1..($args.Count - 1)] })
& $args[0] @arguments
$global:LASTEXITCODE = if ($?) { 0 } else { $LASTEXITCODE }
'@

function Open-Runspace {
    $runspace = [runspacefactory]::CreateRunspace($Host, [initialsessionstate]::CreateDefault())
    $runspace.Open()
    return $runspace
}

# The variables of this process become exactly the given ones.
function Use-Environment {
    param([Collections.IDictionary]$Variable)
    foreach ($name in @([Environment]::GetEnvironmentVariables().Keys)) {
        # A $null would be converted to an empty text, which sets the variable.
        if (-not $Variable.Contains($name)) { [Environment]::SetEnvironmentVariable($name, [NullString]::Value) }
    }
    foreach ($name in $Variable.Keys) { [Environment]::SetEnvironmentVariable($name, $Variable[$name]) }
    # The modules of a user would make results depend on the computer.
    [Environment]::SetEnvironmentVariable('PSModulePath', [IO.Path]::Combine($PSHOME, 'Modules'))
}

# Arguments become parameters as behind -File: -Name, -Name value, and by position; -Name:value is not modelled.
function Add-Argument {
    param([powershell]$Shell, [string[]]$Argument)
    foreach ($one in $Argument) {
        if ($one -notmatch '^-.') { $null = $Shell.AddArgument($one); continue }
        # Without a value, unlike a switch that is on: what follows may be one.
        $Shell.Commands.Commands[0].Parameters.Add([Management.Automation.Runspaces.CommandParameter]::new($one))
    }
}

# Runs commands to their end and shows what they give, as the console does; whether no error ended them.
function Invoke-Shown {
    param([powershell]$Shell)
    # Errors travel with the output, so that both are shown in the order in which they were made.
    $Shell.Commands.Commands[0].MergeMyResults('Error', 'Output')
    $null = $Shell.AddCommand('Out-Default')
    try {
        $null = $Shell.Invoke()
        return $true
    }
    catch [Management.Automation.MethodInvocationException] {
        $report = [powershell]::Create($Shell.Runspace).AddCommand('Out-String')
        $text = $report.Invoke(@(, $_.Exception.InnerException.ErrorRecord)) -join ''
        [Console]::Error.WriteLine([Management.Automation.Internal.StringDecorated]::new($text.TrimEnd()).ToString('PlainText'))
        return $false
    }
    finally {
        $Shell.Dispose()
    }
}

function Invoke-Request {
    param([runspace]$Runspace, [Collections.IDictionary]$Request)
    Use-Environment $Request.environment
    [Environment]::CurrentDirectory = $Request.folder
    $null = $Runspace.SessionStateProxy.Path.SetLocation($Request.folder)
    foreach ($module in $Request.modules) {
        $import = [powershell]::Create($Runspace).AddCommand('Import-Module')
        $null = $import.AddParameter('Name', $module).AddParameter('Global').AddParameter('ErrorAction', 'Stop')
        if (-not (Invoke-Shown $import)) { return 1 }
    }
    $script = [powershell]::Create($Runspace).AddScript($invocation).AddArgument($Request.script)
    Add-Argument $script $Request.arguments
    if (-not (Invoke-Shown $script)) { return 1 }
    return $Runspace.SessionStateProxy.PSVariable.GetValue('LASTEXITCODE')
}

$console = @([Console]::Out, [Console]::Error)
# What a script may change for the whole process.
function Restore-Process {
    [Console]::SetOut($console[0])
    [Console]::SetError($console[1])
    [Environment]::CurrentDirectory = $PSScriptRoot
    $PSStyle.OutputRendering = 'PlainText'
}

$requests = [IO.StreamReader]::new([IO.Pipes.AnonymousPipeClientStream]::new('In', '3'))
# The host keeps the writers that it finds at its first words, so these must not be a script's.
$Host.UI.Write("`0ready 0`n")
$Host.UI.WriteErrorLine("`0ready 0")
while ($true) {
    # Opened before the request, while the caller reads the result of the last one.
    Restore-Process
    $runspace = Open-Runspace
    $line = $requests.ReadLine()
    if ($null -eq $line) { break }
    $request = ConvertFrom-Json -InputObject $line -AsHashtable -DateKind String
    $exitCode = Invoke-Request $runspace $request
    foreach ($writer in $console) { $writer.Write("`0$($request.id) $exitCode`n") }
    $runspace.Dispose()
}
