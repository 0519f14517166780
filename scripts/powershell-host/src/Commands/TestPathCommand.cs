using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Test-Path: whether an item is there, or a container or leaf of that name.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Path", DefaultParameterSetName = ByPath)]
[OutputType(typeof(bool))]
public sealed class TestPathCommand : PathCommand
{
    [Parameter]
    [Alias("Type")]
    public TestPathType PathType { get; set; } = TestPathType.Any;

    protected override void Process(string path) => WriteObject(IsThere(path));

    private bool IsThere(string path)
    {
        try
        {
            var container = InvokeProvider.Item.IsContainer(path);
            return PathType switch
            {
                TestPathType.Container => container,
                TestPathType.Leaf => !container && InvokeProvider.Item.Exists(path, force: false, Literal),
                _ => InvokeProvider.Item.Exists(path, force: false, Literal),
            };
        }
        catch (RuntimeException exception) when (exception is ItemNotFoundException or DriveNotFoundException or ProviderNotFoundException)
        {
            // Documented: a drive or provider that does not exist makes the answer false.
            return false;
        }
    }
}
