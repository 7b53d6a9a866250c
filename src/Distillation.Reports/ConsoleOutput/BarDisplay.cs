using Spectre.Console;

namespace Distillation.Reports;

/// <summary>A bar that is drawn anew with each report, on a terminal.</summary>
internal sealed class BarDisplay : IProgressDisplay
{
    // The columns beside the bar and the text: the percentage, and space.
    private const int Others = 10;
    private const int ShortestText = 12;

    private readonly string _title;
    private readonly int _textWidth;
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ProgressTask> _bar = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _display;

    public BarDisplay(IAnsiConsole console, string title)
    {
        int barWidth = Math.Clamp(console.Profile.Width / 5, 10, 40);
        _title = title;
        _textWidth = Math.Max(ShortestText, console.Profile.Width - barWidth - Others);
        _display = Task.Run(() => console.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new ProgressBarColumn { Width = barWidth }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask(Text(title));
                bar.IsIndeterminate = true;
                _bar.SetResult(bar);
                await _end.Task.ConfigureAwait(false);
            }));
        _display.ContinueWith(
            failed => _bar.TrySetException(failed.Exception!.InnerExceptions),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
    }

    public void Show(double? share, string? text)
    {
        ProgressTask bar = _bar.Task.GetAwaiter().GetResult();
        bar.IsIndeterminate = share is null;
        bar.Value = bar.MaxValue * (share ?? 0);
        if (text is not null)
        {
            bar.Description = Text($"{_title}: {text}");
        }
    }

    public void Dispose()
    {
        _end.TrySetResult();
        _display.GetAwaiter().GetResult();
    }

    // A text that is too long for its column would take the room of the bar.
    private string Text(string text) => Markup.Escape(Printable.Short(text, _textWidth));
}
