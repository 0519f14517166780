# The functions of the Winbake scripts; what is exported stands in Winbake.psd1.
Set-StrictMode -Version Latest
# A module does not see the preferences of the script that imports it.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

foreach ($folder in 'Private', 'Public') {
    foreach ($file in Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot $folder) -Filter '*.ps1') {
        . $file.FullName
    }
}
