# New-Object -ComObject for the Windows Update Agent. What is on offer stands in offered-updates.json beside host.json, a list
# of { kb, title, category, optional?, revision?, build?, fails? }; installing one takes it off, moves the host and leaves a
# restart pending.
#   https://learn.microsoft.com/windows/win32/wua_sdk/searching--downloading--and-installing-updates
# The classifications and their identifiers:
#   https://learn.microsoft.com/previous-versions/windows/desktop/ff357803(v=vs.85)

$script:newObject = Get-Command -Name 'New-Object' -CommandType Cmdlet
$script:classifications = @{
    SecurityUpdates   = '0fa1201d-4330-4fa8-8ae9-b877473b6441'
    CriticalUpdates   = 'e6cf1350-c01b-414d-a61f-263d14d133b4'
    DefinitionUpdates = 'e0789628-ce08-4437-be74-2495b842f43b'
    UpdateRollups     = '28bc880e-0592-4cbf-8f95-c79b17911d5f'
    Updates           = 'cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83'
    Upgrades          = '3689bdc8-b205-4af4-8d4a-a63924c5e9d5'
}

function Get-OfferFile {
    return [IO.Path]::Combine([IO.Path]::GetDirectoryName((Get-HostFile)), 'offered-updates.json')
}

function Get-Offer {
    $file = Get-OfferFile
    if (-not [IO.File]::Exists($file)) { return }
    foreach ($offer in ([IO.File]::ReadAllText($file) | ConvertFrom-Json)) { $offer }
}

function Add-Method {
    param([object]$Target, [string]$Name, [scriptblock]$Body)
    $Target.PSObject.Members.Add([Management.Automation.PSScriptMethod]::new($Name, $Body))
}

function Get-SimulatedUpdate {
    param([object]$Offer)
    if (-not $script:classifications.ContainsKey($Offer.category)) {
        throw "The classification '$($Offer.category)' of $($Offer.kb) is not modelled on the simulated host."
    }
    $update = [pscustomobject]@{
        Title                = $Offer.title
        KBArticleIDs         = @($Offer.kb -replace '^KB', '')
        Categories           = @([pscustomobject]@{ Name = $Offer.category; CategoryID = $script:classifications[$Offer.category] })
        BrowseOnly           = [bool]$Offer.PSObject.Properties['optional']
        EulaAccepted         = $false
        Offer                = $Offer
        InstallationBehavior = $null
    }
    if ($Offer.PSObject.Properties['exclusive']) { $update.InstallationBehavior = [pscustomobject]@{ Impact = 2 } }
    Add-Method -Target $update -Name 'AcceptEula' -Body { $this.EulaAccepted = $true }
    return $update
}

# Installs one update on the simulated host; it is gone from the offers even when the restart is still to come.
function Install-Offer {
    param([object]$Offer)
    $left = @(Get-Offer | Where-Object { $_.kb -ne $Offer.kb })
    [IO.File]::WriteAllText((Get-OfferFile), (ConvertTo-Json -InputObject $left -Depth 4))
    $state = Get-HostState
    if ($Offer.PSObject.Properties['revision']) { $state.ubr = $Offer.revision }
    if ($Offer.PSObject.Properties['build']) { $state.currentBuild = $Offer.build }
    $state.pendingReboot = $true
    $before = @()
    if ($state.PSObject.Properties['hotFixes']) { $before = @($state.hotFixes) }
    $state.PSObject.Properties.Remove('hotFixes')
    $state.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new('hotFixes', @($before + $Offer.kb)))
    Set-HostState $state
}

# The updates that are there, as Win32_QuickFixEngineering tells them; host.json lists their numbers in "hotFixes".
#   https://learn.microsoft.com/powershell/module/microsoft.powershell.management/get-hotfix?view=powershell-5.1
function Get-HotFix {
    [CmdletBinding()]
    param()
    $installed = (Get-HostState).PSObject.Properties['hotFixes']
    if ($null -eq $installed) { return }
    foreach ($kb in $installed.Value) { [pscustomobject]@{ HotFixID = $kb } }
}

# Takes the next fault of a phase, for the whole call or for one update, from the state of the host.
function Step-UpdateFault {
    param([string]$Phase, [string]$Kb = '')
    $state = Get-HostState
    if (-not $state.PSObject.Properties['updateFaults']) { return }
    foreach ($fault in $state.updateFaults) {
        $of = $fault.PSObject.Properties['kb']
        $named = if ($null -eq $of) { '' } else { $of.Value }
        if ($fault.phase -ne $Phase -or $named -ne $Kb -or $fault.left -lt 1) { continue }
        $fault.left = $fault.left - 1
        Set-HostState $state
        return $fault
    }
}

function Get-HResult {
    param([string]$Code)
    return [BitConverter]::ToInt32([BitConverter]::GetBytes([Convert]::ToUInt32($Code, 16)), 0)
}

# As the interfaces of COM fail in PowerShell: by an exception that holds the code.
function Invoke-UpdateFault {
    param([object]$Fault)
    if ($null -eq $Fault -or -not $Fault.PSObject.Properties['code']) { return }
    throw [Runtime.InteropServices.COMException]::new("Exception from HRESULT: $($Fault.code)", (Get-HResult $Fault.code))
}

# The time that work takes on the simulated host, which AWSTOE's limits count.
function Add-SpentSecond {
    param([double]$Seconds)
    $state = Get-HostState
    $before = $state.PSObject.Properties['spentSeconds']
    $sum = $Seconds
    if ($null -ne $before) { $sum += $before.Value }
    $state.PSObject.Properties.Remove('spentSeconds')
    $state.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new('spentSeconds', $sum))
    Set-HostState $state
}

function Get-SimulatedResult {
    param([object]$Worker, [string]$Phase)
    Invoke-UpdateFault (Step-UpdateFault $Phase)
    $results = @(foreach ($update in $Worker.Updates.List) {
        if (-not $update.EulaAccepted) { throw "The terms of $($update.Title) were not accepted." }
        $fault = Step-UpdateFault $Phase $update.Offer.kb
        if ($null -ne $fault) {
            if ($fault.PSObject.Properties['code']) { [pscustomobject]@{ ResultCode = 4; HResult = Get-HResult $fault.code } }
            else { [pscustomobject]@{ ResultCode = $fault.resultCode; HResult = 0 } }
            continue
        }
        if ($Phase -eq 'install' -and $null -ne $update.InstallationBehavior -and $Worker.Updates.List.Count -gt 1) {
            [pscustomobject]@{ ResultCode = 4; HResult = Get-HResult '0x80240019' }
            continue
        }
        $fails = $update.Offer.PSObject.Properties['fails']
        # 4 is failure; the code is one that people know: a download that was cut, an installation that was rolled back.
        if ($null -ne $fails -and $fails.Value -eq $Phase) {
            $code = if ($Phase -eq 'download') { -2145124329 } else { -2146498270 }
            [pscustomobject]@{ ResultCode = 4; HResult = $code }
        }
        else {
            if ($Phase -eq 'install') {
                Install-Offer $update.Offer
                $slow = (Get-HostState).PSObject.Properties['updateSeconds']
                if ($null -ne $slow) { Add-SpentSecond $slow.Value }
            }
            # 3 is success with errors that do not matter.
            $warns = $update.Offer.PSObject.Properties['warns']
            $code = if ($null -ne $warns -and $warns.Value -eq $Phase) { 3 } else { 2 }
            [pscustomobject]@{ ResultCode = $code; HResult = 0 }
        }
    })
    $result = [pscustomobject]@{ Results = $results; RebootRequired = $true }
    Add-Method -Target $result -Name 'GetUpdateResult' -Body { param([int]$Index) $this.Results[$Index] }
    return $result
}

function Get-SimulatedSession {
    $session = [pscustomobject]@{ ClientApplicationID = '' }
    Add-Method -Target $session -Name 'CreateUpdateSearcher' -Body {
        $searcher = [pscustomobject]@{}
        Add-Method -Target $searcher -Name 'Search' -Body {
            param([string]$Criteria)
            if ($Criteria -ne "IsInstalled=0 and IsHidden=0 and Type='Software'") {
                throw "The search '$Criteria' is not modelled on the simulated host."
            }
            $state = Get-HostState
            if ((Get-ServiceStartType $state 'wuauserv') -eq 'Disabled') { Invoke-UpdateFault ([pscustomobject]@{ code = '0x80070422' }) }
            $fault = Step-UpdateFault 'search'
            Invoke-UpdateFault $fault
            if ($null -ne $fault) { return [pscustomobject]@{ ResultCode = $fault.resultCode; Updates = @() } }
            [pscustomobject]@{ ResultCode = 2; Updates = @(Get-Offer | ForEach-Object { Get-SimulatedUpdate $_ }) }
        }
        $searcher
    }
    Add-Method -Target $session -Name 'CreateUpdateDownloader' -Body {
        $worker = [pscustomobject]@{ Updates = $null }
        Add-Method -Target $worker -Name 'Download' -Body { Get-SimulatedResult $this 'download' }
        $worker
    }
    Add-Method -Target $session -Name 'CreateUpdateInstaller' -Body {
        $waits = $null -ne (Step-UpdateFault 'restart')
        $worker = [pscustomobject]@{ Updates = $null; RebootRequiredBeforeInstallation = $waits }
        Add-Method -Target $worker -Name 'Install' -Body { Get-SimulatedResult $this 'install' }
        $worker
    }
    return $session
}

function Get-SimulatedCollection {
    $collection = [pscustomobject]@{ List = [Collections.Generic.List[object]]::new() }
    Add-Method -Target $collection -Name 'Add' -Body { param([object]$Update) $this.List.Add($Update); $this.List.Count - 1 }
    return $collection
}

function New-Object {
    [CmdletBinding(DefaultParameterSetName = 'Net')]
    param(
        [Parameter(ParameterSetName = 'Net', Mandatory, Position = 0)] [string]$TypeName,
        [Parameter(ParameterSetName = 'Net', Position = 1)] [object[]]$ArgumentList,
        [Parameter(ParameterSetName = 'Com', Mandatory)] [string]$ComObject
    )
    if ($PSCmdlet.ParameterSetName -eq 'Net') { return & $script:newObject @PSBoundParameters }
    switch ($ComObject) {
        'Microsoft.Update.Session' { return Get-SimulatedSession }
        'Microsoft.Update.UpdateColl' { return Get-SimulatedCollection }
    }
    throw "The COM object '$ComObject' is not modelled on the simulated host."
}
