using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Set-Location without its stacks.</summary>
[Cmdlet(VerbsCommon.Set, "Location", DefaultParameterSetName = ByPath)]
public sealed class SetLocationCommand : PathCommand
{
    protected override void Process(string path) =>
        SessionState.Path.SetLocation(Literal ? WildcardPattern.Escape(path) : path);
}
