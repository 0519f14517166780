using System.IO;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Content of a file, by lines or with -Raw as one string; read as UTF-8.</summary>
[Cmdlet(VerbsCommon.Get, "Content", DefaultParameterSetName = ByPath)]
[OutputType(typeof(string))]
public sealed class GetContentCommand : PathCommand
{
    [Parameter]
    public SwitchParameter Raw { get; set; }

    [Parameter]
    [ValidateSet("utf8", "ascii")]
    public string Encoding { get; set; } = "utf8";

    protected override void Process(string path)
    {
        foreach (var file in FileSystemPaths(path))
        {
            if (!File.Exists(file))
            {
                var exception = new ItemNotFoundException($"Cannot find path '{path}' because it does not exist.");
                WriteError(new ErrorRecord(exception, "PathNotFound", ErrorCategory.ObjectNotFound, path));
            }
            else if (Raw)
            {
                WriteObject(File.ReadAllText(file));
            }
            else
            {
                WriteObject(File.ReadLines(file), enumerateCollection: true);
            }
        }
    }
}
