using System.Collections.Generic;
using System.Linq;
using System.Management.Automation.Language;

namespace Winbake.PowerShellHost;

/// <summary>Finds what Windows PowerShell 5.1, the only PowerShell on the build machine, would not parse.</summary>
/// <see href="https://learn.microsoft.com/powershell/scripting/whats-new/differences-from-windows-powershell" />
internal static class NewSyntax
{
    public static IEnumerable<object> Find(Ast tree, Token[] tokens)
    {
        var found = tree.FindAll(node => Name(node) is not null, searchNestedScriptBlocks: true)
            .Select(node => (Kind: Name(node)!, Line: node.Extent.StartLineNumber));
        // `??`, `??=` and number suffixes are seen best where the tokens are.
        var marks = tokens.Where(token => Name(token) is not null)
            .Select(token => (Kind: Name(token)!, Line: token.Extent.StartLineNumber));
        return found.Concat(marks)
            .OrderBy(entry => entry.Line)
            .Select(entry => new { kind = entry.Kind, line = entry.Line });
    }

    private static string? Name(Ast node) => node switch
    {
        TernaryExpressionAst => "ternary",
        PipelineChainAst => "pipelineChain",
        PipelineAst { Background: true } => "background",
        MemberExpressionAst { NullConditional: true } => "nullConditional",
        IndexExpressionAst { NullConditional: true } => "nullConditional",
        ScriptBlockAst { CleanBlock: not null } => "cleanBlock",
        _ => null,
    };

    private static string? Name(Token token) => token.Kind switch
    {
        TokenKind.QuestionQuestion => "nullCoalescing",
        TokenKind.QuestionQuestionEquals => "nullCoalescingAssignment",
        _ => null,
    };
}
