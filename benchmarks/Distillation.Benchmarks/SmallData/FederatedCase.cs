using Distillation.Data;
using Distillation.SmallData;
using TorchSharp.Modules;

namespace Distillation.Benchmarks.SmallData;

/// <summary>Ten clients of 100 labeled images that keep them to themselves. What is measured is the mean of the clients' originals.</summary>
internal sealed class FederatedCase(IdxImages images, int classesEach) : ICase
{
    private const int Clients = 10;
    private const int SamplesEach = 100;
    private const int Steps = 2_000;

    public string Name => FormattableString.Invariant($"clients, {classesEach} of 10 classes each");

    public IEnumerable<(string Arm, Scores Scores)> Run(int seed)
    {
        TensorData[] clients = [.. Draw(seed)];
        using TensorData whole = Whole(clients);
        TrainerOptions plain = Baseline.Tuned(Original, clients[0], seed, Steps);
        FederatedOptions options = new() { Seed = seed, PlainTraining = plain, Training = Baseline.Training(0.5, Steps) };

        // Where clients lack classes, mixtures of what they have teach them too much of that.
        var warps = new RandomAffine { Degrees = 10, Scale = 0.1, Pixels = 2 };
        var mixture = new RandomChoice(new Mixup(new RandomAffine()), warps);
        using (FederatedDistillationResult models = new FederatedDistillation(Original, classesEach < 10 ? warps : mixture, options).Run(clients, images.Test))
        {
            yield return ("plain", Scores.MeanOf(models.Clients.Select(client => client.ReportBefore!)));
            yield return ("all models as one", Scores.Of(models.TeacherReport!));
            yield return ("models shared", Scores.MeanOf(models.Clients.Select(client => client.ReportAfter!)));
        }

        options = options with { Exchange = FederatedExchange.ModelsAndSamples };
        using (FederatedDistillationResult samples = new FederatedDistillation(Original, mixture, options).Run(clients, images.Test))
        {
            yield return ("models and samples shared", Scores.MeanOf(samples.Clients.Select(client => client.ReportAfter!)));
        }

        yield return ("all raw data together", Scores.Of(Baseline.Train(Original, whole, Baseline.Tuned(Original, whole, seed, Steps), seed, images.Test)));
        foreach (TensorData client in clients)
        {
            client.Dispose();
        }
    }

    private static Sequential Original() => Baseline.Mlp(784, 128, 10);

    private static TensorData Whole(TensorData[] clients) => clients.Skip(1).Aggregate((IDataSource)clients[0], (all, next) => all.Concat(next)).InMemory();

    // Client f has the classes from f on: each class is in as many clients.
    private IEnumerable<TensorData> Draw(int seed)
    {
        long[] labels = images.Train.Labels!.data<long>().ToArray();
        var random = new Random(seed);
        Queue<long>[] ofClass = [.. Enumerable.Range(0, 10).Select(label =>
            new Queue<long>(Enumerable.Range(0, labels.Length).Where(row => labels[row] == label).Select(row => (long)row).OrderBy(_ => random.Next())))];
        for (int client = 0; client < Clients; client++)
        {
            IEnumerable<long> rows = Enumerable.Range(0, SamplesEach).Select(number => ofClass[(client + (number % classesEach)) % 10].Dequeue());
            yield return images.Train.Subset(rows.ToArray()).InMemory();
        }
    }
}
