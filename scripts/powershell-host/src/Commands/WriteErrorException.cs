using System;

namespace Microsoft.PowerShell.Commands;

/// <summary>What Write-Error wraps a bare message in.</summary>
public sealed class WriteErrorException(string message) : SystemException(message);
