using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation.Language;

namespace Winbake.PowerShellHost;

/// <summary>What some of PSScriptAnalyzer's default rules would say, as far as the tree alone tells it.</summary>
/// <see href="https://learn.microsoft.com/powershell/utility-modules/psscriptanalyzer/rules/readme" />
internal static class AnalyzerFindings
{
    private static readonly string[] StateChangingVerbs =
        ["New", "Set", "Remove", "Start", "Stop", "Restart", "Reset", "Update"];

    private static readonly string[] AutomaticVariables =
        ["_", "args", "error", "event", "home", "host", "input", "matches", "pid", "profile", "pscmdlet", "psitem", "pwd", "this"];

    public static IEnumerable<object> Find(Ast tree) =>
        tree.FindAll(node => Name(node) is not null, searchNestedScriptBlocks: true)
            .Select(node => (Rule: Name(node)!, Line: node.Extent.StartLineNumber))
            .OrderBy(entry => entry.Line)
            .Select(entry => new { rule = entry.Rule, line = entry.Line });

    private static string? Name(Ast node) => node switch
    {
        CatchClauseAst { Body.Statements.Count: 0 } => "AvoidUsingEmptyCatchBlock",
        VariableExpressionAst { VariablePath.IsGlobal: true } => "AvoidGlobalVars",
        BinaryExpressionAst { Right: VariableExpressionAst { VariablePath.UserPath: "null" } } comparison
            when comparison.Operator.ToString().EndsWith("eq", StringComparison.OrdinalIgnoreCase)
                || comparison.Operator.ToString().EndsWith("ne", StringComparison.OrdinalIgnoreCase)
            => "PossibleIncorrectComparisonWithNull",
        AssignmentStatementAst { Left: VariableExpressionAst variable } when IsAutomatic(variable)
            => "AvoidAssignmentToAutomaticVariable",
        FunctionDefinitionAst function when ChangesState(function) => "UseShouldProcessForStateChangingFunctions",
        FunctionDefinitionAst function when function.Name.EndsWith('s') && !function.Name.EndsWith("ss", StringComparison.Ordinal)
            => "UseSingularNouns",
        ParameterAst { DefaultValue: not null } parameter when parameter.StaticType.Name == "SwitchParameter"
            => "AvoidDefaultValueSwitchParameter",
        ParameterAst parameter when IsUnused(parameter) => "ReviewUnusedParameter",
        CommandAst command => Name(command),
        _ => null,
    };

    private static string? Name(CommandAst command)
    {
        var positional = 0;
        for (var index = 1; index < command.CommandElements.Count; index++)
        {
            // What follows a parameter may be its value; a switch makes this count too low, as it does for the analyzer.
            var follows = command.CommandElements[index - 1] is CommandParameterAst { Argument: null };
            positional += command.CommandElements[index] is CommandParameterAst || follows ? 0 : 1;
        }

        return command.GetCommandName() switch
        {
            "Invoke-Expression" => "AvoidUsingInvokeExpression",
            "Write-Host" when !Within(command, "Show-") => "AvoidUsingWriteHost",
            "Get-WmiObject" or "Invoke-WmiMethod" => "AvoidUsingWMICmdlet",
            { } name when name.Contains('-', StringComparison.Ordinal) && positional > 2 => "AvoidUsingPositionalParameters",
            _ => null,
        };
    }

    private static bool IsAutomatic(VariableExpressionAst variable) =>
        AutomaticVariables.Contains(variable.VariablePath.UserPath, StringComparer.OrdinalIgnoreCase);

    private static bool ChangesState(FunctionDefinitionAst function) =>
        StateChangingVerbs.Contains(function.Name.Split('-')[0], StringComparer.OrdinalIgnoreCase) &&
        !function.Extent.Text.Contains("SupportsShouldProcess", StringComparison.OrdinalIgnoreCase);

    private static bool IsUnused(ParameterAst parameter)
    {
        var name = parameter.Name.VariablePath.UserPath;
        var body = parameter.Parent.Parent;
        return !body.FindAll(node => node is VariableExpressionAst found && found != parameter.Name
            && found.VariablePath.UserPath.Equals(name, StringComparison.OrdinalIgnoreCase), searchNestedScriptBlocks: true).Any()
            && !body.Extent.Text.Contains("PSBoundParameters", StringComparison.OrdinalIgnoreCase);
    }

    private static bool Within(Ast node, string prefix)
    {
        for (var parent = node.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is FunctionDefinitionAst function)
            {
                return function.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
            }
        }

        return false;
    }
}
