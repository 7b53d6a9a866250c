using Distillation.Data;
using Distillation.SmallData;
using TorchSharp.Modules;

namespace Distillation.Benchmarks.SmallData;

/// <summary>Ten fragments of 100 labeled images that keep them to themselves. What is measured is the mean of the fragments' originals.</summary>
internal sealed class FragmentCase(FashionMnist images, int classesEach) : ICase
{
    private const int Fragments = 10;
    private const int SamplesEach = 100;
    private const int Steps = 2_000;

    public string Name => FormattableString.Invariant($"fragments, {classesEach} of 10 classes each");

    public IEnumerable<(string Arm, Scores Scores)> Run(int seed)
    {
        TensorData[] fragments = [.. Draw(seed)];
        using TensorData whole = Whole(fragments);
        TrainerOptions plain = Baseline.Tuned(Original, fragments[0], seed, Steps);
        FederatedOptions options = new() { Seed = seed, PlainTraining = plain, Training = Baseline.Training(0.5, Steps) };

        // Where fragments lack classes, mixtures of what they have teach them too much of that.
        var warps = new RandomAffine { Degrees = 10, Scale = 0.1, Pixels = 2 };
        var mixture = new RandomChoice(new Mixup(new RandomAffine()), warps);
        using (FederatedDistillationResult models = new FederatedDistillation(Original, classesEach < 10 ? warps : mixture, options).Run(fragments, images.Test))
        {
            yield return ("plain", Scores.MeanOf(models.Fragments.Select(fragment => fragment.ReportBefore!)));
            yield return ("all models as one", Scores.Of(models.TeacherReport!));
            yield return ("models shared", Scores.MeanOf(models.Fragments.Select(fragment => fragment.ReportAfter!)));
        }

        options = options with { Exchange = FederatedExchange.ModelsAndSamples };
        using (FederatedDistillationResult samples = new FederatedDistillation(Original, mixture, options).Run(fragments, images.Test))
        {
            yield return ("models and samples shared", Scores.MeanOf(samples.Fragments.Select(fragment => fragment.ReportAfter!)));
        }

        yield return ("all raw data together", Scores.Of(Baseline.Train(Original, whole, Baseline.Tuned(Original, whole, seed, Steps), seed, images.Test)));
        foreach (TensorData fragment in fragments)
        {
            fragment.Dispose();
        }
    }

    private static Sequential Original() => Baseline.Mlp(784, 128, 10);

    private static TensorData Whole(TensorData[] fragments) => fragments.Skip(1).Aggregate((IDataSource)fragments[0], (all, next) => all.Concat(next)).InMemory();

    // Fragment f has the classes from f on: each class is in as many fragments.
    private IEnumerable<TensorData> Draw(int seed)
    {
        long[] labels = images.Train.Labels!.data<long>().ToArray();
        var random = new Random(seed);
        Queue<long>[] ofClass = [.. Enumerable.Range(0, 10).Select(label => new Queue<long>(Enumerable.Range(0, labels.Length).Where(row => labels[row] == label).Select(row => (long)row).OrderBy(_ => random.Next())))];
        for (int fragment = 0; fragment < Fragments; fragment++)
        {
            IEnumerable<long> rows = Enumerable.Range(0, SamplesEach).Select(number => ofClass[(fragment + (number % classesEach)) % 10].Dequeue());
            yield return images.Train.Subset(rows.ToArray()).InMemory();
        }
    }
}
