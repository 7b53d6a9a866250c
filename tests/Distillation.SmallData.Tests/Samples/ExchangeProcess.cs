using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Distillation.SmallData.Tests.Samples;

/// <summary>The sample FederatedExchange as a process of its own, which ends with the test.</summary>
internal sealed partial class ExchangeProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private ExchangeProcess(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "FederatedExchange.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a server on a free port, and waits until it listens.</summary>
    public static async Task<(ExchangeProcess Server, Uri Address)> ServeAsync(string directory)
    {
        var server = new ExchangeProcess("server", "--urls", "http://127.0.0.1:0", "--directory", directory);
        while (await server._process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                _ = server._process.StandardOutput.ReadToEndAsync();
                return (server, new Uri(match.Groups["address"].Value));
            }
        }

        throw new InvalidOperationException($"The server has ended before it listened. {await server._errors}");
    }

    /// <summary>Runs the program to its end.</summary>
    /// <returns>Its exit code, what it printed, and its errors.</returns>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var client = new ExchangeProcess(arguments);
        string output = await client._process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await client._process.WaitForExitAsync().WaitAsync(Patience);
        return (client._process.ExitCode, output, await client._errors);
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

    [GeneratedRegex("Now listening on: (?<address>http://[^ ]+)")]
    private static partial Regex Listening();
}
