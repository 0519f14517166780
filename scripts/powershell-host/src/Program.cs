using System;
using System.IO;
using System.Text;

namespace Winbake.PowerShellHost;

/// <summary>The entry point: reads the command line and does one of run a file, run a command, parse files.</summary>
internal static class Program
{
    /// <summary>The engine must not report to anyone, whoever started this process.</summary>
    private const string TelemetryVariable = "POWERSHELL_TELEMETRY_OPTOUT";

    private static int Main(string[] arguments)
    {
        Environment.SetEnvironmentVariable(TelemetryVariable, "1");
        // Without a BOM, as pwsh writes on every system but Windows.
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var output = new StreamWriter(Console.OpenStandardOutput(), encoding) { AutoFlush = true };
        using var error = new StreamWriter(Console.OpenStandardError(), encoding) { AutoFlush = true };

        CommandLine commandLine;
        try
        {
            commandLine = CommandLine.Parse(arguments);
        }
        catch (UsageException exception)
        {
            error.WriteLine(exception.Message);
            return UsageException.ExitCode;
        }

        if (commandLine.Verb == HostVerb.Parse)
        {
            return ScriptFacts.Print(commandLine.Rest, output, error);
        }

        using var session = new HostSession(output, error);
        return commandLine.Verb == HostVerb.File
            ? session.RunFile(commandLine.Target, commandLine.Rest)
            : session.RunCommand(commandLine.Target);
    }
}
