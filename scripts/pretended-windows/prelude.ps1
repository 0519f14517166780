# Runs one script on the pretended host: loads the module, passes its own arguments on, ends with the script's exit code.
# It changes no preference of the script: what it sets, the script would inherit.
try {
    Import-Module -Name "$PSScriptRoot/PretendedWindows.psm1" -Global -ErrorAction Stop
}
catch {
    # Thrown again from here it ends this script; the error itself would end only the statement.
    throw
}
# What a script ends with that never began: it does not parse, or an argument does not fit.
$global:LASTEXITCODE = 1
& $env:WINBAKE_SCRIPT_FILE @args
# Only an exit with a code other than 0 makes $? false here; a native program's code alone does not, as with -File.
$global:LASTEXITCODE = if ($?) { 0 } else { $LASTEXITCODE }
# Unix keeps eight bits of an exit status, and 3010 would arrive as 194: the whole number travels in a file.
[IO.File]::WriteAllText($env:WINBAKE_EXIT_CODE_FILE, [string]$LASTEXITCODE)
exit $LASTEXITCODE
