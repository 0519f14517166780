using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Select-Object with property names, -ExpandProperty, -First, -Last, -Skip and -Unique.</summary>
[Cmdlet(VerbsCommon.Select, "Object")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly List<PSObject> items = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    [Parameter]
    public string ExpandProperty { get; set; } = string.Empty;

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int First { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Last { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

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
        var seen = new List<object?>();
        foreach (var chosen in Window().SelectMany(Shape))
        {
            if (Unique && Property.Length > 0)
            {
                throw new PSNotSupportedException("Select-Object -Unique together with -Property is not modelled by this host.");
            }

            if (!Unique || !seen.Any(known => LanguagePrimitives.Equals(known, chosen)))
            {
                seen.Add(chosen);
                WriteObject(chosen);
            }
        }
    }

    private IEnumerable<PSObject> Window()
    {
        var bound = MyInvocation.BoundParameters;
        if (bound.ContainsKey(nameof(First)) && bound.ContainsKey(nameof(Last)))
        {
            throw new PSNotSupportedException("Select-Object with both -First and -Last is not modelled by this host.");
        }

        // With -Last, the original skips from the end.
        return bound.ContainsKey(nameof(Last))
            ? items.SkipLast(Skip).TakeLast(Last)
            : items.Skip(Skip).Take(bound.ContainsKey(nameof(First)) ? First : int.MaxValue);
    }

    private IEnumerable<object?> Shape(PSObject item)
    {
        if (ExpandProperty.Length > 0)
        {
            if (Property.Length > 0)
            {
                throw new PSNotSupportedException("Select-Object with both -Property and -ExpandProperty is not modelled by this host.");
            }

            return Expand(item);
        }

        if (Property.Length == 0)
        {
            return [item];
        }

        var result = new PSObject();
        foreach (var name in Property.Select(NameOf))
        {
            result.Properties.Add(new PSNoteProperty(name, PropertyReader.Read(item, name, "Select-Object")));
        }

        return [result];
    }

    private static string NameOf(object property) =>
        (property is PSObject wrapped ? wrapped.BaseObject : property) as string ??
        throw new PSNotSupportedException("Select-Object -Property is modelled for property names only by this host.");

    private IEnumerable<object?> Expand(PSObject item)
    {
        if (item.Properties[ExpandProperty] is not { } property)
        {
            var missing = new PSArgumentException($"Property \"{ExpandProperty}\" cannot be found.");
            WriteError(new ErrorRecord(missing, "ExpandPropertyNotFound", ErrorCategory.InvalidArgument, item));
            return [];
        }

        return LanguagePrimitives.GetEnumerable(property.Value)?.Cast<object?>() ?? [property.Value];
    }
}
