using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>New-PSDrive on one of the engine's providers.</summary>
[Cmdlet(VerbsCommon.New, "PSDrive")]
public sealed class NewPSDriveCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public string Name { get; set; } = string.Empty;

    [Parameter(Position = 1, Mandatory = true)]
    public string PSProvider { get; set; } = string.Empty;

    [Parameter(Position = 2, Mandatory = true)]
    public string Root { get; set; } = string.Empty;

    [Parameter]
    public string Scope { get; set; } = "Local";

    protected override void ProcessRecord()
    {
        var drive = new PSDriveInfo(Name, SessionState.Provider.GetOne(PSProvider), Root, string.Empty, PSCredential.Empty);
        WriteObject(SessionState.Drive.New(drive, Scope));
    }
}
