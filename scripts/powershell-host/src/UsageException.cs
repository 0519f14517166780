using System;

namespace Winbake.PowerShellHost;

/// <summary>A command line that cannot be carried out; its message is all that the user sees.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>pwsh leaves with 64 (EX_USAGE) for a bad command line: about_Pwsh, "-File".</summary>
    public const int ExitCode = 64;
}
