using Distillation.Caching;
using Spectre.Console;
using Spectre.Console.Testing;

namespace Distillation.Reports.Tests;

public sealed class ConsoleProgressTests
{
    [Fact]
    public void Redirected_output_has_a_line_for_each_report()
    {
        using TestConsole console = Redirected();
        using (var progress = new ConsoleProgress("student [1]", console: console))
        {
            Example.WithComma(() =>
            {
                Example.Result(epochs: 3).History.ToList().ForEach(progress.Report);
                return 0;
            });
        }

        console.Lines.Should().Equal(
            "student [1] 33 %: loss 2.4, Accuracy 0.55, 2 s left, epoch 1/3",
            "student [1] 67 %: loss 1.25, Accuracy 0.7, 1 s left, epoch 2/3",
            "student [1] 100 %: loss 0.8667, Accuracy 0.775, epoch 3/3");
    }

    [Fact]
    public void Metric_can_be_chosen()
    {
        using TestConsole console = Redirected();
        using var progress = new ConsoleProgress(metric: Metric.NegativeLogLikelihood, console: console);
        progress.Report(Example.Result(epochs: 1).History[0]);
        progress.Report(Example.Result(epochs: 1, isValidated: false).History[0] with { Position = new(1, 10, 0, 0) });

        console.Lines.Should().Equal(
            "Training 100 %: loss 2.4, NegativeLogLikelihood 2, epoch 1/1", "Training: loss 2.4, epoch 1");
    }

    [Fact]
    public void Study_has_a_line_for_each_training()
    {
        using TestConsole console = Redirected();
        using var progress = new ConsoleProgress("study", console: console);
        Example.WithComma(() =>
        {
            ExampleStudy.Progress().ToList().ForEach(progress.Report);
            return 0;
        });

        console.Lines.Should().Equal(
            "study 25 %: T = 1, Accuracy 0.6, 9 s left, training 1/4",
            "study 50 %: T = 2, Accuracy 0.7, 6 s left, training 2/4",
            "study 75 %: T = 3, Accuracy 0.8, 3 s left, training 3/4",
            "study 100 %: T = 4, Accuracy 0.9, training 4/4");
    }

    [Fact]
    public void Study_whose_trainings_are_not_known_has_no_share()
    {
        using TestConsole console = Redirected();
        using var progress = new ConsoleProgress("study", console: console);
        progress.Report(ExampleStudy.Progress().First() with { Completed = 0, Total = 0, Name = "a\nb" });

        console.Lines.Should().Equal("study: a b, Accuracy 0.6, training 0/0");
    }

    [Fact]
    public void Terminal_has_a_bar_for_a_study()
    {
        using var output = new StringWriter();
        using (var progress = new ConsoleProgress("study", console: Terminal(output)))
        {
            ExampleStudy.Progress().ToList().ForEach(progress.Report);
        }

        output.ToString().Should().Contain("study: T = 4, Accuracy 0.9, training 4/4").And.Contain("100%").And.Contain("━");
    }

    [Fact]
    public void Names_cannot_write_lines_or_move_the_cursor()
    {
        using TestConsole console = Redirected();
        using var progress = new ConsoleProgress("a\nb\u001b[2J", console: console);
        progress.Report(0.5);

        console.Lines.Should().Equal("a b\uFFFD[2J 50 %");
    }

    [Fact]
    public void Long_lines_are_not_broken()
    {
        using TestConsole console = Redirected().Width(20);
        using var progress = new ConsoleProgress(new string('x', 200), console: console);
        progress.Report(Example.Result(epochs: 1).History[0]);

        console.Lines.Should().ContainSingle();
    }

    [Fact]
    public void Shares_have_a_line_for_each_tenth()
    {
        using TestConsole console = Redirected();
        using var progress = new ConsoleProgress("cache", console: console);
        foreach (int percent in Enumerable.Range(1, 100))
        {
            progress.Report(percent / 100.0);
        }

        console.Lines.Should().Equal(["cache 1 %", .. Enumerable.Range(1, 10).Select(i => $"cache {10 * i} %")]);
    }

    [Fact]
    public void Filling_of_a_cache_is_shown()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using TestConsole console = Redirected();
        using var progress = new ConsoleProgress("teacher", console: console);
        using CachedTeacher cached = Teacher.From(Some.Mlp()).Cached(40);
        cached.Fill(Some.Data(samples: 40), batchSize: 10, progress: progress);

        console.Lines[^1].Should().Be("teacher 100 %");
    }

    [Fact]
    public void Terminal_has_a_bar_that_stays()
    {
        using var output = new StringWriter();
        IAnsiConsole console = Terminal(output);
        using (var progress = new ConsoleProgress("student [bold]", console: console))
        {
            Example.Trained(progress);
        }

        output.ToString().Should().Contain("student [bold]: loss ").And.Contain("epoch 3/3").And.Contain("100%").And.Contain("━");
    }

    [Fact]
    public void Narrow_terminal_keeps_one_line()
    {
        using var output = new StringWriter();
        using (var progress = new ConsoleProgress("student", Metric.NegativeLogLikelihood, Terminal(output, width: 60)))
        {
            Example.Result(epochs: 3).History.ToList().ForEach(progress.Report);
        }

        output.ToString().Should().Contain("student: loss 0.8667").And.Contain("…");
    }

    [Fact]
    public void Bar_that_saw_no_report_ends_too()
    {
        using var output = new StringWriter();
        Action run = () => new ConsoleProgress(console: Terminal(output)).Dispose();

        run.Should().NotThrow();
    }

    [Fact]
    public void What_is_no_share_or_no_report_is_refused()
    {
        using TestConsole console = Redirected();
        using var progress = new ConsoleProgress(console: console);

        FluentActions.Invoking(() => progress.Report(1.5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("value");
        FluentActions.Invoking(() => progress.Report(double.NaN)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => progress.Report((TrainingProgress)null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => progress.Report((StudyProgress)null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new ConsoleProgress(" ", console: console)).Should().Throw<ArgumentException>().WithParameterName("title");
    }

    private static TestConsole Redirected() => new();

    private static IAnsiConsole Terminal(TextWriter output, int width = 140) => AnsiConsole.Create(new()
    {
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
        ColorSystem = ColorSystemSupport.NoColors,
        Out = new TerminalOutput(output, width),
    });

    private sealed class TerminalOutput(TextWriter writer, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => width;

        public int Height => 40;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
