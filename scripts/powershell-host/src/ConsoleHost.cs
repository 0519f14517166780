using System;
using System.Globalization;
using System.Management.Automation.Host;

namespace Winbake.PowerShellHost;

/// <summary>A host without a person in front of it; remembers the code that a script exits with.</summary>
internal sealed class ConsoleHost(ConsoleInterface userInterface) : PSHost
{
    public int? ExitCode { get; private set; }

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "ConsoleHost";

    public override PSHostUserInterface UI => userInterface;

    public override Version Version => typeof(PSHost).Assembly.GetName().Version ?? new Version(7, 0);

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException("Nested prompts need a person.");

    public override void ExitNestedPrompt() => throw new NotSupportedException("Nested prompts need a person.");

    public override void NotifyBeginApplication()
    {
        // A native program writes to the same streams by itself.
    }

    public override void NotifyEndApplication()
    {
        // See NotifyBeginApplication.
    }
}
