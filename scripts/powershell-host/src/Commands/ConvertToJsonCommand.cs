using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Microsoft.PowerShell.Commands;

/// <summary>ConvertTo-Json: two spaces, keys in their order, depth 2 unless said, with the warning of the original.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json")]
[OutputType(typeof(string))]
public sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<object?> items = [];
    private bool cut;

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter]
    [ValidateRange(0, 100)]
    public int Depth { get; set; } = 2;

    [Parameter]
    public SwitchParameter Compress { get; set; }

    protected override void ProcessRecord() => items.Add(InputObject);

    protected override void EndProcessing()
    {
        if (items.Count == 0)
        {
            return;
        }

        var token = Convert(items.Count == 1 ? items[0] : items.ToArray(), 0);
        if (cut)
        {
            WriteWarning($"Resulting JSON is truncated as serialization has exceeded the set depth of {Depth}.");
        }

        WriteObject(token.ToString(Compress ? Formatting.None : Formatting.Indented));
    }

    private JToken Convert(object? value, int level)
    {
        var wrapped = value as PSObject;
        var bare = wrapped is null ? value : wrapped.BaseObject;
        switch (bare)
        {
            case null or DBNull:
                return JValue.CreateNull();
            case string or bool or decimal or DateTime or DateTimeOffset or Guid or Uri:
                return new JValue(bare);
            case char letter:
                return new JValue(letter.ToString());
            case Enum member:
                return new JValue(System.Convert.ToInt64(member, CultureInfo.InvariantCulture));
            case var number when number.GetType().IsPrimitive:
                return new JValue(number);
        }

        if (level > Depth)
        {
            cut = true;
            return new JValue(LanguagePrimitives.ConvertTo<string>(value));
        }

        return bare switch
        {
            IDictionary table => new JObject(
                table.Keys.Cast<object>().Select(key => new JProperty(key.ToString() ?? string.Empty, Convert(table[key], level + 1)))),
            IEnumerable list => new JArray(list.Cast<object?>().Select(item => Convert(item, level + 1))),
            _ => new JObject(
                PSObject.AsPSObject(value).Properties.Where(found => found.IsGettable)
                    .Select(found => new JProperty(found.Name, Convert(found.Value, level + 1)))),
        };
    }
}
