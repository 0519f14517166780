using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Join-Path with one child path; more than one is not in 5.1.</summary>
[Cmdlet(VerbsCommon.Join, "Path")]
[OutputType(typeof(string))]
public sealed class JoinPathCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    public string[] Path { get; set; } = [];

    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string ChildPath { get; set; } = string.Empty;

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            WriteObject(SessionState.Path.Combine(path, ChildPath));
        }
    }
}
