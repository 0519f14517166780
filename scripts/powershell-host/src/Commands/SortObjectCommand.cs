using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Sort-Object by value, by property names or by script blocks; stable, and case does not count.</summary>
[Cmdlet("Sort", "Object")]
public sealed class SortObjectCommand : PSCmdlet
{
    private readonly List<PSObject> items = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    [Parameter]
    public SwitchParameter Descending { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            items.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        var keyed = items.Select(item => (Item: item, Keys: Keys(item))).ToList();
        var sign = Descending ? -1 : 1;
        var sorted = keyed.OrderBy(entry => entry.Keys, Comparer<object?[]>.Create((left, right) => sign * Compare(left, right)));
        object?[]? last = null;
        foreach (var (item, keys) in sorted)
        {
            if (!Unique || last is null || Compare(last, keys) != 0)
            {
                WriteObject(item);
            }

            last = keys;
        }
    }

    private static int Compare(object?[] left, object?[] right) =>
        left.Zip(right, (one, other) => LanguagePrimitives.Compare(one, other, ignoreCase: true)).FirstOrDefault(found => found != 0);

    private object?[] Keys(PSObject item) =>
        Property.Length == 0 ? [item.BaseObject] : [.. Property.Select(found => PropertyReader.Read(item, found, "Sort-Object"))];
}
