using System.Text.Json;
using Distillation.Checkpoints;
using Distillation.Losses;
using Distillation.Training;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp.Modules;

namespace Distillation.Tests.Checkpoints;

/// <summary>Checkpoints that are damaged in any way, also with digests that are right.</summary>
public sealed class DamagedCheckpointTests : IDisposable
{
    private const string Manifest = CheckpointManifest.FileName;
    private const string Numbers = CheckpointDirectory.NumbersFile;
    private const string Rest = "run.safetensors";
    private const string Weights = "student.safetensors";

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _root = Directory.CreateTempSubdirectory("distillation-").FullName;
    private readonly TensorData _data = Some.Data();
    private readonly TensorData _validation = Some.Data(samples: 4, seed: 7);
    private readonly Sequential _student = Some.Mlp();
    private readonly ITeacher _teacher = Teacher.From(Some.Mlp(seed: 4));

    public void Dispose()
    {
        _scope.Dispose();
        _teacher.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(Manifest, false, 4_000)]
    [InlineData(Numbers, false, 4_000)]
    [InlineData(Rest, false, 4_000)]
    [InlineData(Rest, true, 2_000)]
    [InlineData(Weights, false, 2_000)]
    public void Damage_is_refused_as_documented_or_harmless_and_reserves_no_more_than_the_file(string file, bool foreignOptimizer, int rounds)
    {
        rounds = LongForm.Times(rounds);
        TrainerOptions options = Options(foreignOptimizer);
        Saved saved = Save(options);
        using var directory = new CheckpointDirectory(options.Checkpoints!, NullLogger.Instance);
        using var scheme = new DistillationScheme(_teacher, new Learner(Student.From(_student), Loss(), options.Optimizer, options.Update));
        scheme.Prepare(_data.Read(torch.arange(4, torch.ScalarType.Int64)));
        int resumed = 0;
        foreach (byte[] damaged in saved.Damages(file, rounds))
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            resumed += Resumes(directory, options, scheme) ? 1 : 0;
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan((2 * damaged.Length) + (512 << 10));
        }

        resumed.Should().BeInRange(1, rounds / 2, "damage must be neither always nor never noticed");
    }

    [Fact]
    public void Whole_run_on_a_damaged_checkpoint_ends_as_documented()
    {
        TrainerOptions options = Options(foreignOptimizer: false);
        Saved saved = Save(options);
        string[] others = Directory.GetDirectories(_root);
        foreach (string file in (string[])[Manifest, Numbers, Rest, Weights])
        {
            foreach (byte[] _ in saved.Damages(file, LongForm.Times(75)))
            {
                Ends(() => Fit(options));
                foreach (string later in Directory.GetDirectories(_root).Except(others))
                {
                    Directory.Delete(later, recursive: true);
                }
            }
        }
    }

    private static LossSum Loss() => (0.9 * new SoftTargetLoss(temperature: 4)) + (0.1 * new HardLabelLoss());

    // Between two epochs and after a validation: there is something of everything.
    private TrainerOptions Options(bool foreignOptimizer) => new()
    {
        Epochs = 3,
        BatchSize = 4,
        BestBy = Metric.Accuracy,
        EarlyStopping = new(Metric.Accuracy, Patience: 5),
        Update = new() { AverageDecay = 0.9, ClipNorm = 1 },
        Optimizer = foreignOptimizer
            ? new CustomOptimizer(0.01, parameters => torch.optim.RMSProp(parameters.Select(one => one.Parameter).ToArray(), momentum: 0.5))
            : new AdamWOptimizer(0.01),
        NonFinite = new NonFinitePolicy.RollBack(),
        Checkpoints = new(_root) { EverySteps = 7, AtEpochEnds = false, OnTermination = false },
    };

    private Saved Save(TrainerOptions options)
    {
        Fit(options);
        string[] all = [.. Directory.GetDirectories(_root).Order(StringComparer.Ordinal)];
        Array.ForEach(all[1..], later => Directory.Delete(later, recursive: true));
        return new(all[0]);
    }

    private void Fit(TrainerOptions options) => new DistillationTrainer(_teacher, Student.From(_student), Loss(), options).Fit(_data, _validation);

    private bool Resumes(CheckpointDirectory directory, TrainerOptions options, DistillationScheme scheme)
    {
        using var scope = torch.NewDisposeScope();
        using var session = new TrainingSession(options, group: null, scheme, _data, NullLogger.Instance, progress: null);
        session.Guard.Begin();
        using var checkpointer = new Checkpointer(session, directory, CancellationToken.None);
        return Ends(checkpointer.Resume);
    }

    private static bool Ends(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or TrainingDivergedException || IsOfAnotherRun(exception))
        {
            return false;
        }
    }

    private static bool IsOfAnotherRun(Exception exception) =>
        exception is InvalidOperationException && exception.Message.Contains("is of another run", StringComparison.Ordinal);

    /// <summary>A checkpoint, one of whose files is damaged again and again.</summary>
    private sealed class Saved(string path)
    {
        private readonly CheckpointManifest _manifest = CheckpointManifest.Verify(path);

        /// <summary>Damages a file; half of the time the manifest says that it is to be so.</summary>
        public IEnumerable<byte[]> Damages(string file, int times)
        {
            byte[] whole = Read(file);
            byte[] manifest = Read(Manifest);
            var mutator = Path.GetExtension(file) == ".safetensors" ? Mutator.OfSafetensors(times) : Mutator.OfJson(times);
            for (int time = 0; time < times; time++)
            {
                byte[] damaged = mutator.Mutate([whole]);
                Write(file, damaged);
                if (file != Manifest && time % 2 == 0)
                {
                    var files = new Dictionary<string, CheckpointManifest.Content>(_manifest.Files)
                    {
                        [file] = CheckpointManifest.Content.Of(Path.Combine(path, file)),
                    };
                    Write(Manifest, JsonSerializer.SerializeToUtf8Bytes(_manifest with { Files = files }));
                }

                yield return damaged;
                Write(Manifest, manifest);
            }

            Write(file, whole);
        }

        private byte[] Read(string file) => File.ReadAllBytes(Path.Combine(path, file));

        // Not made empty first: file systems take care of such files, and time.
        private void Write(string file, byte[] bytes)
        {
            using FileStream stream = File.OpenWrite(Path.Combine(path, file));
            stream.Write(bytes);
            stream.SetLength(bytes.Length);
        }
    }
}
