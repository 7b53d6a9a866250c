using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Distillation.Reports.Tests.Samples;

/// <summary>The service as a process of its own.</summary>
public sealed partial class TrainingServiceTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("distillation-service-");
    private readonly HttpClient _client = new();
    private Uri _address = new("http://127.0.0.1");

    public void Dispose()
    {
        _client.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Service_that_is_stopped_goes_on_when_it_is_started_again_and_then_answers()
    {
        if (OperatingSystem.IsWindows())
        {
            output.WriteLine("Not tried: Windows does not ask processes to end.");
            return;
        }

        long stoppedAt;
        using (Process first = await Start())
        {
            stoppedAt = (await Await(state => state.GetProperty("step").GetInt64() >= 30)).GetProperty("step").GetInt64();
            (await _client.GetAsync(Of("/report"))).StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await Terminate(first)).Should().Be(0);
        }

        string.Join(' ', _directory.GetDirectories("step-*").Select(step => step.Name)).Should().NotBeEmpty("a checkpoint is written before the service ends");
        using Process second = await Start();
        JsonElement firstSeen = await Await(state => state.GetProperty("step").GetInt64() > 0);
        firstSeen.GetProperty("step").GetInt64().Should().BeGreaterThan(stoppedAt);
        JsonElement done = await Await(state => state.GetProperty("status").GetString() == "Completed");

        done.GetProperty("accuracy").GetDouble().Should().BeGreaterThan(0.7);
        (await _client.GetStringAsync(Of("/health"))).Should().Be("Healthy");
        (await _client.GetStringAsync(Of("/report"))).Should().StartWith("<!DOCTYPE html>").And.Contain("Student");
        HttpResponseMessage answer = await _client.PostAsJsonAsync(Of("/classify"), new float[784]);
        (await answer.Content.ReadFromJsonAsync<string>()).Should().NotBeNullOrEmpty();
        HttpResponseMessage wrong = await _client.PostAsJsonAsync(Of("/classify"), new float[3]);
        wrong.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await wrong.Content.ReadAsStringAsync()).Should().Contain("784").And.Contain("3");
        (await Terminate(second)).Should().Be(0);
    }

    private Uri Of(string path) => new(_address, path);

    private async Task<Process> Start()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "TrainingService.dll");
        Process process = Process.Start(new ProcessStartInfo(
            "dotnet", [program, "--urls", "http://127.0.0.1:0", "--Training:Directory", _directory.FullName, "--Training:Epochs", "20"])
        {
            RedirectStandardOutput = true,
        })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                _address = new Uri(match.Groups["address"].Value);
                _ = process.StandardOutput.ReadToEndAsync();
                return process;
            }
        }

        throw new InvalidOperationException("The service has ended before it listened.");
    }

    private async Task<JsonElement> Await(Func<JsonElement, bool> condition)
    {
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            JsonElement state = await _client.GetFromJsonAsync<JsonElement>(Of("/training"));
            state.GetProperty("error").GetString().Should().BeNull();
            if (condition(state))
            {
                return state;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException("The training has not come so far.");
    }

    private static async Task<int> Terminate(Process process)
    {
        using (Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode;
    }

    [GeneratedRegex("Now listening on: (?<address>http://[^ ]+)")]
    private static partial Regex Listening();
}
