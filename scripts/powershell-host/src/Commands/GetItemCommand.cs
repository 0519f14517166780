using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Item for whatever provider the path belongs to.</summary>
[Cmdlet(VerbsCommon.Get, "Item", DefaultParameterSetName = ByPath)]
public sealed class GetItemCommand : PathCommand
{
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process(string path) =>
        WriteObject(InvokeProvider.Item.Get([path], Force, Literal), enumerateCollection: true);
}
