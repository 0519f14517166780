using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Remove-Item of files and folders.</summary>
[Cmdlet(VerbsCommon.Remove, "Item", DefaultParameterSetName = ByPath)]
public sealed class RemoveItemCommand : PathCommand
{
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process(string path) => InvokeProvider.Item.Remove([path], Recurse, Force, Literal);
}
