using System;
using System.Management.Automation;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>Out-String of strings and plain values; objects that need a table are refused.</summary>
[Cmdlet(VerbsData.Out, "String")]
public sealed class OutStringCommand : PSCmdlet
{
    private readonly StringBuilder text = new();

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        var value = InputObject.BaseObject;
        if (value is not string && !value.GetType().IsPrimitive && value is not (decimal or Version))
        {
            throw new PSNotSupportedException($"Out-String of a {value.GetType().Name} is not modelled by this host.");
        }

        text.Append(LanguagePrimitives.ConvertTo<string>(value)).Append(Environment.NewLine);
    }

    protected override void EndProcessing() => WriteObject(text.ToString());
}
