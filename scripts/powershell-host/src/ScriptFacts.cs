using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation.Language;
using Newtonsoft.Json;

namespace Winbake.PowerShellHost;

/// <summary>--parse: what the engine's own parser says of a script, as JSON, without running anything.</summary>
internal static class ScriptFacts
{
    public static int Print(IReadOnlyList<string> paths, TextWriter output, TextWriter error)
    {
        var missing = paths.FirstOrDefault(path => !File.Exists(path));
        if (missing is not null)
        {
            error.WriteLine($"Cannot parse '{missing}': there is no such file.");
            return 1;
        }

        var facts = paths.Select(Read).ToList();
        output.WriteLine(JsonConvert.SerializeObject(facts, Formatting.Indented));
        return 0;
    }

    private static object Read(string path)
    {
        var tree = Parser.ParseFile(Path.GetFullPath(path), out var tokens, out var errors);
        var commands = All<CommandAst>(tree).Select(Describe).ToList();
        return new
        {
            file = path,
            errors = errors.Select(found => new
            {
                line = found.Extent.StartLineNumber,
                column = found.Extent.StartColumnNumber,
                message = found.Message,
            }),
            newSyntax = NewSyntax.Find(tree, tokens),
            strictModeLatest = All<CommandAst>(tree).Any(IsStrictModeLatest),
            parameters = tree.ParamBlock?.Parameters.Select(found => found.Name.VariablePath.UserPath).ToArray() ?? [],
            functions = All<FunctionDefinitionAst>(tree).Select(DescribeFunction),
            commands = commands.Select(found => found.Name).Where(name => name.Length > 0).Distinct().Order(),
            uses = All<CommandAst>(tree).Where(found => found.GetCommandName() is not null).Select(found => new
            {
                name = found.GetCommandName(),
                parameters = found.CommandElements.OfType<CommandParameterAst>().Select(given => given.ParameterName),
                line = found.Extent.StartLineNumber,
            }),
            analyzer = AnalyzerFindings.Find(tree),
            native = commands.Where(found => found.Native).Select(found => new
            {
                text = found.Text,
                line = found.Line,
                function = found.Function,
            }),
            exits = All<ExitStatementAst>(tree).Select(found => new
            {
                line = found.Extent.StartLineNumber,
                code = found.Pipeline?.Extent.Text ?? string.Empty,
            }),
        };
    }

    private static IEnumerable<T> All<T>(Ast tree)
        where T : Ast => tree.FindAll(found => found is T, searchNestedScriptBlocks: true).Cast<T>();

    private static object DescribeFunction(FunctionDefinitionAst function)
    {
        var help = function.GetHelpContent();
        var parameters = function.Body.ParamBlock?.Parameters ?? function.Parameters;
        return new
        {
            name = function.Name,
            lines = function.Extent.EndLineNumber - function.Extent.StartLineNumber + 1,
            parameters = parameters?.Select(found => found.Name.VariablePath.UserPath).ToArray() ?? [],
            synopsis = help?.Synopsis?.Trim() ?? string.Empty,
            documented = help?.Parameters.Keys.ToArray() ?? [],
            examples = help?.Examples.Count ?? 0,
            outputs = help?.Outputs.Count ?? 0,
        };
    }

    private static (string Name, string Text, int Line, string Function, bool Native) Describe(CommandAst command)
    {
        var name = command.GetCommandName() ?? string.Empty;
        var first = command.CommandElements[0];
        var block = first is ScriptBlockExpressionAst;
        var script = name.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);
        // Verb-Noun is a command of PowerShell; a dot takes in a script; a script block is no program. What is left may be one.
        var native = !block && !script && command.InvocationOperator != TokenKind.Dot && !name.Contains('-', StringComparison.Ordinal);
        return (name, first.Extent.Text, command.Extent.StartLineNumber, EnclosingFunction(command), native);
    }

    private static string EnclosingFunction(Ast node)
    {
        for (var parent = node.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is FunctionDefinitionAst function)
            {
                return function.Name;
            }
        }

        return string.Empty;
    }

    private static bool IsStrictModeLatest(CommandAst command) =>
        command.GetCommandName() == "Set-StrictMode" &&
        command.CommandElements.Skip(1).Select(element => element.Extent.Text).SequenceEqual(["-Version", "Latest"]);
}
