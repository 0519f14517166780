using System;
using System.IO;
using System.Management.Automation;
using System.Security.Cryptography;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-FileHash with SHA256, the default of the original.</summary>
[Cmdlet(VerbsCommon.Get, "FileHash", DefaultParameterSetName = ByPath)]
public sealed class GetFileHashCommand : PathCommand
{
    [Parameter]
    [ValidateSet("SHA256")]
    public string Algorithm { get; set; } = "SHA256";

    protected override void Process(string path)
    {
        foreach (var file in FileSystemPaths(path))
        {
            using var stream = File.OpenRead(file);
            var result = new PSObject();
            result.Properties.Add(new PSNoteProperty("Algorithm", "SHA256"));
            result.Properties.Add(new PSNoteProperty("Hash", Convert.ToHexString(SHA256.HashData(stream))));
            result.Properties.Add(new PSNoteProperty("Path", file));
            WriteObject(result);
        }
    }
}
