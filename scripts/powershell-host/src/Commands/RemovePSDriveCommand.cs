using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Remove-PSDrive by name.</summary>
[Cmdlet(VerbsCommon.Remove, "PSDrive")]
public sealed class RemovePSDriveCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public string Scope { get; set; } = string.Empty;

    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            try
            {
                SessionState.Drive.Remove(name, Force, Scope);
            }
            catch (DriveNotFoundException exception)
            {
                WriteError(new ErrorRecord(exception.ErrorRecord, exception));
            }
        }
    }
}
