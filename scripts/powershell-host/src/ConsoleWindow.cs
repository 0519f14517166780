using System;
using System.Management.Automation.Host;

namespace Winbake.PowerShellHost;

/// <summary>The window that a redirected console pretends to have: wide enough for tables, and never asked for keys.</summary>
internal sealed class ConsoleWindow : PSHostRawUserInterface
{
    /// <summary>Width 0 tells the engine's error view not to break a message over lines.</summary>
    public override Size WindowSize { get; set; } = new(0, 0);

    public override Size BufferSize { get; set; } = new(120, 3000);

    public override Size MaxWindowSize => BufferSize;

    public override Size MaxPhysicalWindowSize => BufferSize;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override Coordinates CursorPosition { get; set; }

    public override int CursorSize { get; set; }

    public override bool KeyAvailable => false;

    public override Coordinates WindowPosition { get; set; }

    public override string WindowTitle { get; set; } = string.Empty;

    public override void FlushInputBuffer()
    {
        // There is no input.
    }

    public override KeyInfo ReadKey(ReadKeyOptions options) => throw NoWindow();

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NoWindow();

    public override void ScrollBufferContents(
        Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw NoWindow();

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw NoWindow();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw NoWindow();

    private static NotSupportedException NoWindow() => new("There is no window: the console is redirected.");
}
