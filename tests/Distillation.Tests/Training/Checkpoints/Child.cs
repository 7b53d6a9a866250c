using System.Diagnostics;
using System.Globalization;
using Distillation.Crash;

namespace Distillation.Tests.Checkpoints;

/// <summary>A process that trains, until it is done, asked to end, or killed.</summary>
internal sealed class Child : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    public Child(string directory, long steps, TeacherKind teacher, HoldAt place, long times)
        : this("train", directory, Text(steps), teacher.ToString(), place.ToString(), Text(times))
    {
    }

    private Child(params string[] arguments) => _process = Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Distillation.Crash.dll"), .. arguments]) { RedirectStandardOutput = true })!;

    /// <summary>Starts a process that trains by a scheme.</summary>
    public static Child Of(string scheme, string directory, long steps, HoldAt place, long times) =>
        new("scheme", scheme, directory, Text(steps), place.ToString(), Text(times));

    /// <summary>Starts a process that compares layers with float64.</summary>
    public static Child ComparingLayers() => new("layers");

    /// <summary>Reads what the process writes until it ends.</summary>
    public string ReadToEnd()
    {
        string text = _process.StandardOutput.ReadToEnd().Trim();
        _process.WaitForExit(Patience).Should().BeTrue("the program must end");
        return text;
    }

    /// <summary>Waits until the process stands still.</summary>
    public void AwaitHold() => _process.StandardOutput.ReadLine().Should().Be(Hold.Line, "the program must come to the place where it is killed");

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks the process to end, as systems do before they kill.</summary>
    /// <returns>What it says of its run.</returns>
    public string Terminate()
    {
        using (Process kill = Process.Start("kill", ["-TERM", Text(_process.Id)]))
        {
            kill.WaitForExit();
        }

        string text = _process.StandardOutput.ReadToEnd().Trim();
        _process.WaitForExit(Patience).Should().BeTrue("the program must end when it is asked to");
        return text;
    }

    public void Dispose() => _process.Dispose();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
