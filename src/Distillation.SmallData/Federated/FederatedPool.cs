using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>The pool of samples that all clients generate.</summary>
internal static class FederatedPool
{
    /// <summary>Has each client generate its part of a pool.</summary>
    /// <param name="clients">The clients.</param>
    /// <param name="model">A model, whose logits state the number of classes.</param>
    /// <param name="generator">Makes the samples.</param>
    /// <param name="options">How many.</param>
    /// <returns>The samples with their parents' labels as probabilities [N, C]; the caller disposes them.</returns>
    public static TensorData Generate(
        IReadOnlyList<IDataSource> clients, Module<Tensor, Tensor> model, ISampleGenerator generator, FederatedOptions options)
    {
        long classes = ClassesOf(model, clients[0]);
        var made = new List<TensorData>();
        try
        {
            for (int number = 0; number < clients.Count; number++)
            {
                made.Add(new FederatedClient(number, () => model, clients[number], generator, options).Generate(classes, Part(clients, number, options)));
            }

            return made.Aggregate<IDataSource>(Data.DataSourceExtensions.Concat).InMemory();
        }
        finally
        {
            made.ForEach(samples => samples.Dispose());
        }
    }

    /// <summary>Returns how many samples a client generates for the pool of all.</summary>
    public static long Part(IReadOnlyList<IDataSource> clients, int number, FederatedOptions options) =>
        Math.Max((options.MinPoolSize + clients.Count - 1) / clients.Count, options.PoolFactor * clients[number].Count);

    /// <summary>Returns the number of bytes of samples.</summary>
    public static long Bytes(TensorData samples) => Bytes(samples.Inputs) + (samples.Labels is { } labels ? Bytes(labels) : 0);

    /// <summary>Returns the number of bytes of a module's state.</summary>
    public static long Bytes(Module<Tensor, Tensor> module) => module.state_dict().Values.Sum(Bytes);

    /// <summary>Returns as many classes as a model has logits.</summary>
    public static long ClassesOf(Module<Tensor, Tensor> module, IDataSource source)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        module.eval();
        using ITeacher teacher = Teacher.From(module);
        return teacher.Predict(source.Read(torch.tensor([0L])), FeatureSet.None).Logits.size(1);
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.ElementSize;
}
