using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;

namespace Winbake.PowerShellHost;

/// <summary>
/// Where each of PowerShell's streams goes when nobody watches: errors to stderr, all others to stdout, with the prefixes
/// that pwsh writes; questions fail, as they do with -NonInteractive.
/// </summary>
internal sealed class ConsoleInterface(TextWriter output, TextWriter error) : PSHostUserInterface
{
    public override PSHostRawUserInterface RawUI { get; } = new ConsoleWindow();

    public override bool SupportsVirtualTerminal => false;

    public override void Write(string value) => output.Write(Plain(value));

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        output.Write(Plain(value));

    public override void WriteLine(string value) => output.WriteLine(Plain(value));

    public override void WriteErrorLine(string value) => error.WriteLine(Plain(value));

    public override void WriteDebugLine(string message) => output.WriteLine(Plain($"DEBUG: {message}"));

    public override void WriteVerboseLine(string message) => output.WriteLine(Plain($"VERBOSE: {message}"));

    public override void WriteWarningLine(string message) => output.WriteLine(Plain($"WARNING: {message}"));

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        // pwsh shows no progress where its output is redirected.
    }

    public override string ReadLine() => throw NonInteractive();

    public override SecureString ReadLineAsSecureString() => throw NonInteractive();

    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions) => throw NonInteractive();

    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        throw NonInteractive();

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName) => throw NonInteractive();

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => throw NonInteractive();

    /// <summary>As pwsh does with redirected output ($PSStyle.OutputRendering "Host"): no colours in what programs read.</summary>
    private static string Plain(string value) => new StringDecorated(value).ToString(OutputRendering.PlainText);

    // The wording of pwsh -NonInteractive.
    private static PSInvalidOperationException NonInteractive() =>
        new("PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.");
}
