using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>New-Item: a file or a directory.</summary>
[Cmdlet(VerbsCommon.New, "Item")]
public sealed class NewItemCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter]
    [Alias("Type")]
    [ValidateSet("File", "Directory")]
    public string ItemType { get; set; } = "File";

    [Parameter(ValueFromPipeline = true)]
    [Alias("Target")]
    public object? Value { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        try
        {
            WriteObject(InvokeProvider.Item.New(Path, string.Empty, ItemType, Value, Force), enumerateCollection: true);
        }
        catch (RuntimeException exception) when (exception is not PipelineStoppedException)
        {
            WriteError(new ErrorRecord(exception.ErrorRecord, exception));
        }
    }
}
