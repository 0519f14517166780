using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Winbake.PowerShellHost;

/// <summary>The part of pwsh's command line that is modelled; anything else is refused.</summary>
/// <see href="https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_pwsh" />
internal sealed record CommandLine(HostVerb Verb, string Target, IReadOnlyList<string> Rest)
{
    private static readonly string[] Accepted = ["noprofile", "nop", "noninteractive", "noni", "nologo"];

    public static CommandLine Parse(string[] arguments)
    {
        for (var index = 0; index < arguments.Length; index++)
        {
            var rest = arguments[(index + 1)..];
            var option = OptionName(arguments[index]);
            if (Accepted.Contains(option))
            {
                continue;
            }

            switch (option)
            {
                case "executionpolicy" or "ex" or "ep":
                    // Execution policies exist on Windows only; elsewhere pwsh takes the option and does nothing.
                    Require(rest, arguments[index], "a policy");
                    index++;
                    continue;
                case "file" or "f":
                    Require(rest, arguments[index], "a script file");
                    return new CommandLine(HostVerb.File, ExistingScript(rest[0]), rest[1..]);
                case "command" or "c":
                    Require(rest, arguments[index], "a command");
                    return rest[0] == "-"
                        ? throw new UsageException("'-Command -' is not modelled: standard input is not read.")
                        : new CommandLine(HostVerb.Command, string.Join(' ', rest), []);
                case "parse":
                    Require(rest, arguments[index], "at least one script file");
                    return new CommandLine(HostVerb.Parse, string.Empty, rest);
                case "":
                    // about_pwsh: the first argument that is no option is the script file.
                    return new CommandLine(HostVerb.File, ExistingScript(arguments[index]), rest);
                default:
                    throw new UsageException(
                        $"The option '{arguments[index]}' is not modelled by this host. It knows -NoProfile, " +
                        "-NonInteractive, -NoLogo, -ExecutionPolicy X, -File, -Command and --parse.");
            }
        }

        throw new UsageException("Nothing to run: give -File, -Command or --parse. This host is not interactive.");
    }

    private static string OptionName(string argument) =>
        argument.StartsWith('-') ? argument.TrimStart('-').ToLowerInvariant() : string.Empty;

    private static void Require(string[] rest, string option, string what)
    {
        if (rest.Length == 0)
        {
            throw new UsageException($"The option '{option}' needs {what}.");
        }
    }

    private static string ExistingScript(string path)
    {
        if (!File.Exists(path))
        {
            // The wording of pwsh (CommandLineParameterParserStrings.ArgumentFileDoesNotExist).
            throw new UsageException(
                $"The argument '{path}' is not recognized as the name of a script file. Check the spelling of the " +
                "name, or if a path was included, verify that the path is correct and try again.");
        }

        return Path.GetFullPath(path);
    }
}
