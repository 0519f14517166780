namespace Winbake.PowerShellHost;

/// <summary>What the command line asks for.</summary>
internal enum HostVerb
{
    File,
    Command,
    Parse,
}
