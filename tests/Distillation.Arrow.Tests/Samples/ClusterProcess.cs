using System.Diagnostics;
using System.Net.NetworkInformation;

namespace Distillation.Arrow.Tests.Samples;

/// <summary>A process of the sample OrleansLabeling, which ends with the test.</summary>
internal sealed class ClusterProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _errors;

    public ClusterProcess(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "OrleansLabeling.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Returns the first of six ports that nothing listens to.</summary>
    public static int FreePorts()
    {
        HashSet<int> taken = [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(listener => listener.Port)];
        return Enumerable.Range(0, 1000).Select(place => 20_000 + (((Environment.ProcessId * 7) + (place * 10)) % 10_000))
            .First(port => Enumerable.Range(port, 6).All(each => !taken.Contains(each)));
    }

    /// <summary>Waits until the process prints a line with a text.</summary>
    public async Task Until(string text)
    {
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException($"The process ended before it printed '{text}'. {await _errors}");
    }

    /// <summary>Ends the process at once.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Runs the process to its end.</summary>
    /// <returns>Its exit code, what it printed, and its errors.</returns>
    public async Task<(int Code, string Output, string Errors)> End()
    {
        string output = await _process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return (_process.ExitCode, output, await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
