using System;
using System.Collections.Generic;
using System.Management.Automation.Runspaces;

namespace Winbake.PowerShellHost;

/// <summary>
/// Turns the words behind -File into parameters the way pwsh does: <c>-Name</c>, <c>-Name value</c>, <c>-Name:value</c>,
/// <c>-Name:$true</c>, and everything else by position.
/// </summary>
internal static class ScriptArguments
{
    public static IEnumerable<CommandParameter> Bind(IEnumerable<string> words)
    {
        string? pending = null;
        foreach (var word in words)
        {
            if (pending is not null)
            {
                yield return new CommandParameter(pending, word);
                pending = null;
                continue;
            }

            if (word.Length < 2 || word[0] != '-')
            {
                yield return new CommandParameter(null, word);
                continue;
            }

            var colon = word.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                yield return new CommandParameter(word);
            }
            else if (colon == word.Length - 1)
            {
                pending = word[..colon];
            }
            else
            {
                yield return new CommandParameter(word[..colon], Value(word[(colon + 1)..]));
            }
        }

        if (pending is not null)
        {
            yield return new CommandParameter(pending);
        }
    }

    private static object Value(string text) => text.ToLowerInvariant() switch
    {
        "$true" => true,
        "$false" => false,
        _ => text,
    };
}
