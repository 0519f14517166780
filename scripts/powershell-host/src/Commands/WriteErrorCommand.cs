using System;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Write-Error by message, exception or record.</summary>
[Cmdlet(VerbsCommunications.Write, "Error", DefaultParameterSetName = "NoException")]
public sealed class WriteErrorCommand : PSCmdlet
{
    [Parameter(ParameterSetName = "NoException", Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [Parameter(ParameterSetName = "WithException")]
    [Alias("Msg")]
    [AllowEmptyString]
    [AllowNull]
    public string? Message { get; set; }

    [Parameter(ParameterSetName = "WithException", Mandatory = true)]
    public Exception? Exception { get; set; }

    [Parameter(ParameterSetName = "ErrorRecord", Mandatory = true)]
    public ErrorRecord? ErrorRecord { get; set; }

    [Parameter(ParameterSetName = "NoException")]
    [Parameter(ParameterSetName = "WithException")]
    public ErrorCategory Category { get; set; } = ErrorCategory.NotSpecified;

    [Parameter(ParameterSetName = "NoException")]
    [Parameter(ParameterSetName = "WithException")]
    public string ErrorId { get; set; } = string.Empty;

    [Parameter(ParameterSetName = "NoException")]
    [Parameter(ParameterSetName = "WithException")]
    public object? TargetObject { get; set; }

    protected override void ProcessRecord()
    {
        var exception = Exception ?? new WriteErrorException(Message ?? string.Empty);
        var identifier = ErrorId.Length > 0 ? ErrorId : "Microsoft.PowerShell.Commands.WriteErrorException";
        var record = ErrorRecord is null
            ? new ErrorRecord(exception, identifier, Category, TargetObject)
            : new ErrorRecord(ErrorRecord, null);
        if (ErrorRecord is null && !string.IsNullOrEmpty(Message))
        {
            record.ErrorDetails = new ErrorDetails(Message);
        }

        record.CategoryInfo.Activity = "Write-Error";
        WriteError(record);
    }
}
