using System.Linq;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Reads what a -Property value asks of an object: a property by name, or what a script block makes of it.</summary>
internal static class PropertyReader
{
    public static object? Read(PSObject item, object property, string command)
    {
        var bare = property is PSObject wrapped ? wrapped.BaseObject : property;
        return bare switch
        {
            string name when WildcardPattern.ContainsWildcardCharacters(name) => throw NotModelled(command, "a wildcard"),
            string name => Value(item, name),
            ScriptBlock block => block.InvokeWithContext(null, [new PSVariable("_", item)]).LastOrDefault()?.BaseObject,
            _ => throw NotModelled(command, $"a {bare.GetType().Name}"),
        };
    }

    private static object? Value(PSObject item, string name) =>
        item.BaseObject is System.Collections.IDictionary table && table.Contains(name)
            ? table[name]
            : item.Properties[name]?.Value;

    private static PSNotSupportedException NotModelled(string command, string what) =>
        new($"{command} -Property with {what} is not modelled by this host; use property names or script blocks.");
}
