using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>Set-Content of a file, written as UTF-8 without a BOM.</summary>
[Cmdlet(VerbsCommon.Set, "Content", DefaultParameterSetName = ByPath)]
public sealed class SetContentCommand : PSCmdlet
{
    private const string ByPath = "Path";
    private readonly StringBuilder text = new();

    [Parameter(ParameterSetName = ByPath, Position = 0, Mandatory = true)]
    public string Path { get; set; } = string.Empty;

    [Parameter(ParameterSetName = "LiteralPath", Mandatory = true)]
    public string LiteralPath { get; set; } = string.Empty;

    [Parameter(Position = 1, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object[] Value { get; set; } = [];

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    [Parameter]
    [ValidateSet("utf8", "ascii")]
    public string Encoding { get; set; } = "utf8";

    protected override void ProcessRecord()
    {
        foreach (var line in (Value ?? []).Select(value => LanguagePrimitives.ConvertTo<string>(value)))
        {
            text.Append(line).Append(NoNewline ? string.Empty : Environment.NewLine);
        }
    }

    protected override void EndProcessing()
    {
        var path = ParameterSetName == ByPath ? Path : LiteralPath;
        var file = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        if (provider.Name != "FileSystem" || WildcardPattern.ContainsWildcardCharacters(path))
        {
            throw new PSNotSupportedException($"Set-Content is modelled for one file; got '{path}'.");
        }

        try
        {
            var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
            File.WriteAllText(file, text.ToString(), encoding);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            WriteError(new ErrorRecord(exception, "GetContentWriterIOError", ErrorCategory.WriteError, path));
        }
    }
}
