using System;
using System.Linq;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>New-Object of a .NET type, made by the constructor that fits.</summary>
[Cmdlet(VerbsCommon.New, "Object")]
public sealed class NewObjectCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public string TypeName { get; set; } = string.Empty;

    [Parameter(Position = 1)]
    [Alias("Args")]
    public object[] ArgumentList { get; set; } = [];

    protected override void ProcessRecord()
    {
        var type = LanguagePrimitives.ConvertTo<Type>(TypeName);
        // The engine chooses constructors and converts arguments better than reflection would.
        var made = ScriptBlock.Create("param($type, $list) ,$type::new.Invoke($list)").Invoke(type, ArgumentList);
        WriteObject(made.Single());
    }
}
