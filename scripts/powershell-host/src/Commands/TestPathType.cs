
namespace Microsoft.PowerShell.Commands;

/// <summary>The kinds that Test-Path can tell apart.</summary>
public enum TestPathType
{
    Any,
    Container,
    Leaf,
}
