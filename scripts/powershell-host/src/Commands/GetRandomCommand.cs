using System;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Random between two whole numbers, the upper one left out.</summary>
[Cmdlet(VerbsCommon.Get, "Random")]
public sealed class GetRandomCommand : PSCmdlet
{
    [Parameter]
    public int Minimum { get; set; }

    [Parameter(Position = 0)]
    public int Maximum { get; set; } = int.MaxValue;

    protected override void ProcessRecord() => WriteObject(Random.Shared.Next(Minimum, Maximum));
}
