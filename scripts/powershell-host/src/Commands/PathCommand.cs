using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>The -Path and -LiteralPath that all commands on items share.</summary>
public abstract class PathCommand : PSCmdlet
{
    protected const string ByPath = "Path";
    protected const string ByLiteralPath = "LiteralPath";

    [Parameter(ParameterSetName = ByPath, Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter(ParameterSetName = ByLiteralPath, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    protected bool Literal => ParameterSetName == ByLiteralPath;

    protected IEnumerable<string> Given => Literal ? LiteralPath : Path;

    protected sealed override void ProcessRecord()
    {
        foreach (var path in Given)
        {
            try
            {
                Process(path);
            }
            catch (RuntimeException exception) when (exception is not PipelineStoppedException)
            {
                // The originals write such an error and go on with the next path.
                WriteError(new ErrorRecord(exception.ErrorRecord, exception));
            }
        }
    }

    protected abstract void Process(string path);

    /// <summary>The files or folders that a path stands for; a literal one may name what is not there yet.</summary>
    protected IEnumerable<string> FileSystemPaths(string path)
    {
        ProviderInfo provider;
        IEnumerable<string> paths;
        if (Literal)
        {
            paths = [SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _)];
        }
        else
        {
            paths = SessionState.Path.GetResolvedProviderPathFromPSPath(path, out provider).ToList();
        }

        return provider.Name == "FileSystem"
            ? paths
            : throw new PSNotSupportedException($"Only files are modelled here; '{path}' belongs to the provider {provider.Name}.");
    }
}
