using System;
using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Date: now, or -Date, as a date or in a .NET format.</summary>
[Cmdlet(VerbsCommon.Get, "Date")]
public sealed class GetDateCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    public DateTime Date { get; set; } = DateTime.Now;

    [Parameter]
    public string Format { get; set; } = string.Empty;

    [Parameter]
    public SwitchParameter AsUTC { get; set; }

    protected override void ProcessRecord()
    {
        var date = AsUTC ? Date.ToUniversalTime() : Date;
        WriteObject(Format.Length > 0 ? date.ToString(Format, CultureInfo.CurrentCulture) : date);
    }
}
