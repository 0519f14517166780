using System.Collections.ObjectModel;
using System.Linq;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-ItemProperty for whatever provider the path belongs to.</summary>
[Cmdlet(VerbsCommon.Get, "ItemProperty", DefaultParameterSetName = ByPath)]
public sealed class GetItemPropertyCommand : PathCommand
{
    [Parameter(Position = 1)]
    [Alias("PSProperty")]
    public string[] Name { get; set; } = [];

    protected override void Process(string path) =>
        WriteObject(
            InvokeProvider.Property.Get([path], new Collection<string>(Name.ToList()), Literal),
            enumerateCollection: true);
}
