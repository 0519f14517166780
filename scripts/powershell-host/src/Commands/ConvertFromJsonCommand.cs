using System;
using System.Linq;
using System.Management.Automation;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Microsoft.PowerShell.Commands;

/// <summary>ConvertFrom-Json as in PowerShell 7: long integers, ISO instants made dates, a list written item by item.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Json")]
public sealed class ConvertFromJsonCommand : PSCmdlet
{
    private readonly StringBuilder text = new();

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = string.Empty;

    protected override void ProcessRecord() => text.AppendLine(InputObject);

    protected override void EndProcessing()
    {
        if (string.IsNullOrWhiteSpace(text.ToString()))
        {
            return;
        }

        try
        {
            var settings = new JsonSerializerSettings { MaxDepth = 1024 };
            WriteObject(Convert(JsonConvert.DeserializeObject<JToken>(text.ToString(), settings)), enumerateCollection: true);
        }
        catch (JsonException exception)
        {
            var wrapped = new ArgumentException($"Conversion from JSON failed with error: {exception.Message}", exception);
            ThrowTerminatingError(new ErrorRecord(wrapped, "System.ArgumentException", ErrorCategory.NotSpecified, null));
        }
    }

    private static object? Convert(JToken? token) => token switch
    {
        null => null,
        JObject table => ConvertTable(table),
        JArray list => list.Select(Convert).ToArray(),
        JValue value => value.Value,
        _ => throw new PSNotSupportedException($"JSON of kind {token.Type} is not modelled by this host."),
    };

    private static PSObject ConvertTable(JObject table)
    {
        var result = new PSObject();
        foreach (var property in table.Properties())
        {
            result.Properties.Add(new PSNoteProperty(property.Name, Convert(property.Value)));
        }

        return result;
    }
}
