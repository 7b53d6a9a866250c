using System.Diagnostics;
using GlossClassifier;

namespace Distillation.AI.Tests.Samples;

/// <summary>The sample as a process of its own, against a service on the loopback interface.</summary>
public sealed class KilledProgramTests : IDisposable
{
    private const int Concurrency = 8;

    private static readonly int Kills = LongForm.Times(5);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("distillation-killed-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Program_that_is_killed_again_and_again_pays_for_no_answer_on_the_disk_and_ends_like_an_undisturbed_one()
    {
        string disturbed = Path.Combine(_directory.FullName, "disturbed");
        string calm = Path.Combine(_directory.FullName, "calm");
        Process? child = null;
        int left = int.MaxValue;
        using var server = new ChatServer((text, call) =>
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                child!.Kill();
            }

            return Volatile.Read(ref left) <= 0 ? new() { Held = true } : Reply(text, call);
        });
        var paid = new Dictionary<string, int>();
        var draws = new SeededDraws(5, "kills");
        for (int kill = 0; kill < Kills; kill++)
        {
            Volatile.Write(ref left, 10 + draws.Below(16));
            using (child = Start(disturbed, server))
            {
                End(child).Should().Be((137, ""));
            }

            foreach (string text in TextsOnDisk(disturbed))
            {
                paid.TryAdd(text, server.Answered[text]);
            }
        }

        Volatile.Write(ref left, int.MaxValue);
        using (child = Start(disturbed, server))
        {
            End(child).Should().Be((0, ""));
        }

        using var quiet = new ChatServer((text, _) => ServerReply.Label(LabelOf(text)));
        using (Process undisturbed = Start(calm, quiet))
        {
            End(undisturbed).Should().Be((0, ""));
        }

        paid.Should().HaveCountGreaterThan(Kills);
        paid.Should().OnlyContain(one => server.Answered[one.Key] == one.Value, "an answer on the disk is not requested again");
        TextsOnDisk(disturbed).Should().OnlyHaveUniqueItems().And.BeEquivalentTo(quiet.Answered.Keys);
        server.Answered.Values.Sum().Should().BeLessThanOrEqualTo(quiet.Answered.Count + (Kills * Concurrency));
        File.ReadAllBytes(Path.Combine(disturbed, "student.onnx")).Should().Equal(File.ReadAllBytes(Path.Combine(calm, "student.onnx")));
    }

    // One request in ten comes too often, by the text and by how often it came.
    private static ServerReply Reply(string text, int call) =>
        new SeededDraws(call, text).Below(10) == 0 ? new() { Status = 429, RetryAfter = "0" } : ServerReply.Label(LabelOf(text));

    private static string LabelOf(string text) => GlossTask.Task.Names[new SeededDraws(0, text).Below(GlossTask.Task.Names.Count)];

    private static string[] TextsOnDisk(string directory)
    {
        using var ledger = new AnswerLedger(Path.Combine(directory, "answers.jsonl"));
        return [.. ledger.Records.Select(record => record.Text!)];
    }

    private static Process Start(string directory, ChatServer server)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "TextClassifier.dll");
        ProcessStartInfo start = new("dotnet", [program, directory, "--teacher", "openai", "--texts", "200", "--steps", "50"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["OPENAI_BASE_URL"] = server.Endpoint.ToString(), ["OPENAI_API_KEY"] = ChatServer.ApiKey },
        };
        return Process.Start(start)!;
    }

    private static (int ExitCode, string Error) End(Process process)
    {
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
