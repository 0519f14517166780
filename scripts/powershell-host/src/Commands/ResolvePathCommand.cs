using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Resolve-Path: the full path of what is there.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "Path", DefaultParameterSetName = ByPath)]
public sealed class ResolvePathCommand : PathCommand
{
    protected override void Process(string path) => WriteObject(
        SessionState.Path.GetResolvedPSPathFromPSPath(Literal ? WildcardPattern.Escape(path) : path),
        enumerateCollection: true);
}
