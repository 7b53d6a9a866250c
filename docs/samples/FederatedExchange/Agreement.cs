using Distillation;
using Distillation.Data;
using Distillation.SmallData;
using QuickStart;
using static TorchSharp.torch.nn;

namespace OverHttp;

/// <summary>What server and clients agree on before they begin: the network, how it is trained, and how large a message is.</summary>
internal static class Agreement
{
    /// <summary>The number of classes of the images.</summary>
    public const int Classes = 10;

    private const int ClassesOfClient = 6;
    private const int MaxHeaderBytes = 16 * 1024;

    /// <summary>Gets how clients learn from each other's models.</summary>
    public static FederatedOptions Exchange { get; } = new()
    {
        Training = new() { Steps = 200, Optimizer = new AdamWOptimizer(new Schedule.Cosine(3e-3)) { WeightDecay = 0.5 } },
        MinPoolSize = 1_000,
        PoolFactor = 2,
        Seed = 1,
    };

    /// <summary>Gets how they train one model in rounds.</summary>
    public static FederatedAveragingOptions Averaging { get; } = new() { Rounds = 3, Seed = 1 };

    /// <summary>Gets what makes new images.</summary>
    public static ISampleGenerator Generator { get; } = new RandomAffine { Degrees = 10, Scale = 0.1, Pixels = 2 };

    /// <summary>Gets the largest size of a message: the tensors of a model, and the header of their file.</summary>
    public static long MaxBytes { get; } = SizeOfModel() + MaxHeaderBytes;

    /// <summary>Makes a new model, with weights from libtorch's generator.</summary>
    public static Module<Tensor, Tensor> Network() => Networks.Mlp(hidden: 32);

    /// <summary>Reads the labeled images of a client, which has some of the classes. In earnest each client has its own on its own disk.</summary>
    public static TensorData Samples(int client, int clients)
    {
        using TensorData all = Read("train");
        return FederatedPartition.ClassesPerClient(all, ClassesOfClient, clients, seed: 1)[client].InMemory();
    }

    /// <summary>Reads the test images.</summary>
    public static TensorData Test() => Read("t10k");

    /// <summary>Returns how many new images a client makes: as many as <see cref="FederatedDistillation"/> has each make in one process.</summary>
    public static long PoolOf(TensorData samples, int clients) =>
        Math.Max((Exchange.MinPoolSize + clients - 1) / clients, Exchange.PoolFactor * samples.Count);

    private static TensorData Read(string part) => ImageData.FromIdx(PathOf($"{part}-images-idx3-ubyte.gz"), PathOf($"{part}-labels-idx1-ubyte.gz"));

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Data", file);

    private static long SizeOfModel()
    {
        using Module<Tensor, Tensor> network = Network();
        return network.state_dict().Values.Sum(tensor => tensor.numel() * tensor.ElementSize);
    }
}
