using System;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace Winbake.PowerShellHost;

/// <summary>
/// The two switches of the engine that pwsh's own console sets and that are not public. The engine's version is pinned,
/// and a missing switch fails loudly, so an update cannot change what an exit code means in silence.
/// </summary>
internal static class EngineInternals
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    /// <summary>Makes <c>exit</c> of the next script end this host, not only the script.</summary>
    public static void LetScriptExitHost(Runspace runspace) =>
        Property(Context(runspace), "ScriptCommandProcessorShouldRethrowExit").SetValue(Context(runspace), true);

    /// <summary>Marks an object so that Out-Default shows it on the error stream.</summary>
    public static void MarkAsError(PSObject record)
    {
        var property = Property(record, "WriteStream");
        property.SetValue(record, Enum.Parse(property.PropertyType, "Error"));
    }

    private static object Context(Runspace runspace) =>
        Property(runspace, "GetExecutionContext").GetValue(runspace) ?? throw Missing("the execution context");

    private static PropertyInfo Property(object owner, string name) =>
        owner.GetType().GetProperty(name, Hidden) ?? throw Missing($"{owner.GetType().Name}.{name}");

    private static InvalidOperationException Missing(string what) =>
        new($"This version of System.Management.Automation has no {what}; the host must be adapted to it.");
}
