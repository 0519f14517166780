using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace Winbake.PowerShellHost;

/// <summary>
/// Out-Default that remembers what <c>$?</c> was when the commands before it had ended; the engine sets it anew right after.
/// </summary>
[Cmdlet(VerbsData.Out, "Default")]
public sealed class OutDefaultWithStatusCommand : OutDefaultCommand
{
    internal static bool LastCommandSucceeded { get; private set; } = true;

    protected override void EndProcessing()
    {
        LastCommandSucceeded = GetVariableValue("?") is true;
        base.EndProcessing();
    }
}
