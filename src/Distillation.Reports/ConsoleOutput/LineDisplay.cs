using System.Globalization;
using Spectre.Console;

namespace Distillation.Reports;

/// <summary>Lines for output that is read later: in a file, in the log of a build.</summary>
internal sealed class LineDisplay(IAnsiConsole console, string title) : IProgressDisplay
{
    private int _tenths = -1;

    public void Show(double? share, string? text)
    {
        string percent = share is { } known ? string.Create(CultureInfo.InvariantCulture, $" {100 * known:0} %") : "";
        if (text is not null)
        {
            Write($"{title}{percent}: {text}");
        }
        else if (share is { } part && (int)((10 * part) + 1e-9) is var tenths && tenths > _tenths)
        {
            _tenths = tenths;
            Write($"{title}{percent}");
        }
    }

    public void Dispose()
    {
    }

    // Past the console's own layout, which breaks lines at the width of a screen.
    private void Write(string line)
    {
        console.Profile.Out.Writer.WriteLine(line);
        console.Profile.Out.Writer.Flush();
    }
}
