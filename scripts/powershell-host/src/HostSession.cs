using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace Winbake.PowerShellHost;

/// <summary>One runspace with the portable commands in it, and the exit-code rules of pwsh around it.</summary>
internal sealed class HostSession : IDisposable
{
    private readonly ConsoleHost host;
    private readonly Runspace runspace;

    public HostSession(TextWriter output, TextWriter error)
    {
        host = new ConsoleHost(new ConsoleInterface(output, error));
        // CreateDefault reads the type data of modules that only a full PowerShell has; CreateDefault2 does not.
        var state = InitialSessionState.CreateDefault2();
        // The engine looks for this name to decide whether a native program may write to the console by itself.
        state.Commands.Remove("Out-Default", typeof(SessionStateCmdletEntry));
        foreach (var (name, type) in PortableCommands())
        {
            state.Commands.Add(new SessionStateCmdletEntry(name, type, helpFileName: null));
        }

        runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
    }

    /// <summary>-File: the script's own exit code; 1 after an error that nothing caught; else 0.</summary>
    public int RunFile(string path, IEnumerable<string> words)
    {
        var command = new Command(path, isScript: false, useLocalScope: false);
        foreach (var parameter in ScriptArguments.Bind(words))
        {
            command.Parameters.Add(parameter);
        }

        EngineInternals.LetScriptExitHost(runspace);
        var failed = !Run(command);
        return host.ExitCode ?? (failed ? 1 : 0);
    }

    /// <summary>-Command: an explicit exit code; else 1 where the last command failed; else 0.</summary>
    public int RunCommand(string text)
    {
        var failed = !Run(new Command(text, isScript: true, useLocalScope: false));
        return host.ExitCode ?? (failed || !OutDefaultWithStatusCommand.LastCommandSucceeded ? 1 : 0);
    }

    public void Dispose() => runspace.Dispose();

    private static IEnumerable<(string Name, Type Type)> PortableCommands() =>
        from type in typeof(HostSession).Assembly.GetTypes()
        let attribute = type.GetCustomAttribute<CmdletAttribute>()
        where attribute is not null
        select ($"{attribute.VerbName}-{attribute.NounName}", type);

    private bool Run(Command command)
    {
        using var pipeline = runspace.CreatePipeline();
        // Errors travel with the output so that both reach the streams in the order in which they were made.
        command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(command);
        pipeline.Commands.Add("Out-Default");
        try
        {
            pipeline.Invoke();
            return true;
        }
        catch (RuntimeException exception)
        {
            Report(exception);
            return false;
        }
    }

    private void Report(RuntimeException exception)
    {
        var record = new PSObject(new ErrorRecord(exception.ErrorRecord, exception));
        EngineInternals.MarkAsError(record);
        using var pipeline = runspace.CreatePipeline();
        pipeline.Commands.Add("Out-Default");
        pipeline.Input.Write(record);
        pipeline.Input.Close();
        pipeline.Invoke();
    }
}
