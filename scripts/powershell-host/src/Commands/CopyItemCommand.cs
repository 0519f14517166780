using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Copy-Item of files and folders.</summary>
[Cmdlet(VerbsCommon.Copy, "Item", DefaultParameterSetName = ByPath)]
public sealed class CopyItemCommand : PathCommand
{
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = ".";

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process(string path)
    {
        var containers = CopyContainers.CopyTargetContainer;
        _ = InvokeProvider.Item.Copy([path], Destination, Recurse, containers, Force, Literal);
    }
}
