using System.IO;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-ChildItem; -Filter is applied to names, as the file system does.</summary>
[Cmdlet(VerbsCommon.Get, "ChildItem", DefaultParameterSetName = "Items")]
public sealed class GetChildItemCommand : PSCmdlet
{
    [Parameter(ParameterSetName = "Items", Position = 0, ValueFromPipeline = true)]
    public string[] Path { get; set; } = ["."];

    [Parameter(ParameterSetName = "LiteralItems", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    [Parameter(Position = 1)]
    public string Filter { get; set; } = "*";

    [Parameter]
    public SwitchParameter File { get; set; }

    [Parameter]
    public SwitchParameter Directory { get; set; }

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        var literal = ParameterSetName == "LiteralItems";
        var names = WildcardPattern.Get(Filter, WildcardOptions.IgnoreCase);
        foreach (var path in literal ? LiteralPath : Path)
        {
            try
            {
                foreach (var item in InvokeProvider.ChildItem.Get([path], Recurse, Force, literal))
                {
                    var wanted = item.BaseObject switch
                    {
                        FileInfo file => (File || !Directory) && names.IsMatch(file.Name),
                        DirectoryInfo folder => (Directory || !File) && names.IsMatch(folder.Name),
                        _ => throw new PSNotSupportedException($"Get-ChildItem is modelled for files only; got '{path}'."),
                    };
                    if (wanted)
                    {
                        WriteObject(item);
                    }
                }
            }
            catch (RuntimeException exception) when (exception is not PipelineStoppedException)
            {
                WriteError(new ErrorRecord(exception.ErrorRecord, exception));
            }
        }
    }
}
