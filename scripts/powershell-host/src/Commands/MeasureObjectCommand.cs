using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Measure-Object: count, and on request sum, average, minimum and maximum of numbers.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Object")]
public sealed class MeasureObjectCommand : PSCmdlet
{
    private readonly List<PSObject> items = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public string Property { get; set; } = string.Empty;

    [Parameter]
    public SwitchParameter Sum { get; set; }

    [Parameter]
    public SwitchParameter Average { get; set; }

    [Parameter]
    public SwitchParameter Minimum { get; set; }

    [Parameter]
    public SwitchParameter Maximum { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            items.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        var numbers = new Lazy<List<double>>(() => [.. items.Select(Number)]);
        var result = new PSObject();
        result.Properties.Add(new PSNoteProperty("Count", items.Count));
        Add(result, "Average", Average && items.Count > 0, () => numbers.Value.Average());
        Add(result, "Sum", Sum && items.Count > 0, () => numbers.Value.Sum());
        Add(result, "Maximum", Maximum && items.Count > 0, () => numbers.Value.Max());
        Add(result, "Minimum", Minimum && items.Count > 0, () => numbers.Value.Min());
        result.Properties.Add(new PSNoteProperty("Property", Property.Length > 0 ? Property : null));
        WriteObject(result);
    }

    private static void Add(PSObject result, string name, bool wanted, Func<double> compute) =>
        result.Properties.Add(new PSNoteProperty(name, wanted ? compute() : null));

    private double Number(PSObject item) => LanguagePrimitives.ConvertTo<double>(
        Property.Length > 0 ? PropertyReader.Read(item, Property, "Measure-Object") : item);
}
