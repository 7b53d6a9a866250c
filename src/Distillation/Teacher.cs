using Distillation.Caching;
using Distillation.Models;

namespace Distillation;

/// <summary>Creates teachers. Other packages add methods here too, such as <c>Teacher.FromOnnx</c>.</summary>
public static class Teacher
{
    /// <summary>Creates a teacher of a network.</summary>
    /// <param name="module">
    /// The network, [N, ...] to logits [N, C]; the caller disposes it. Where it is in training mode, it is brought back to it after each prediction.
    /// </param>
    /// <returns>A teacher that can give every inner layer that TorchSharp can hook: see <see cref="Feature"/>.</returns>
    public static ITeacher From(torch.nn.Module<Tensor, Tensor> module)
    {
        Require.Present(module);
        return new ModuleTeacher(module, batch => module.call(batch.Inputs));
    }

    /// <summary>Creates a teacher of a TorchScript file that <c>torch.jit.load</c> has opened.</summary>
    /// <param name="module">The network, [N, ...] to logits [N, C]; the caller disposes it.</param>
    /// <returns>A teacher without inner layers.</returns>
    public static ITeacher From(torch.jit.ScriptModule<Tensor, Tensor> module)
    {
        Require.Present(module);
        return new ModuleTeacher(module, batch => module.call(batch.Inputs));
    }

    /// <summary>Creates a teacher of a network with several inputs.</summary>
    /// <typeparam name="TBatch">The kind of batch that carries them.</typeparam>
    /// <param name="module">The network that the function runs; the caller disposes it.</param>
    /// <param name="forward">Gives the logits [N, C]; runs the module with <c>call</c>.</param>
    /// <returns>A teacher that can give every inner layer that TorchSharp can hook: see <see cref="Feature"/>.</returns>
    public static ITeacher From<TBatch>(torch.nn.Module module, Func<TBatch, Tensor> forward)
        where TBatch : Batch => new ModuleTeacher(Require.Present(module), BatchFunction.Of(forward));

    /// <summary>Creates a teacher of any code that maps inputs to logits.</summary>
    /// <param name="function">Maps inputs [N, ...] to logits [N, C].</param>
    /// <returns>A teacher without inner layers.</returns>
    public static ITeacher From(Func<Tensor, Tensor> function)
    {
        Require.Present(function);
        return new FunctionTeacher(batch => function(batch.Inputs));
    }

    /// <summary>Creates a teacher of any code that maps a batch to logits: <c>Teacher.From((Batch batch) => ...)</c>.</summary>
    /// <typeparam name="TBatch">The kind of batch it takes.</typeparam>
    /// <param name="function">Maps a batch to logits [N, C].</param>
    /// <returns>A teacher without inner layers.</returns>
    public static ITeacher From<TBatch>(Func<TBatch, Tensor> function)
        where TBatch : Batch => new FunctionTeacher(BatchFunction.Of(function));

    /// <summary>Creates a teacher from asynchronous code, such as a request to a service.</summary>
    /// <remarks>
    /// Each batch is one call, which <see cref="ITeacher.Predict(Batch, FeatureSet, CancellationToken)"/> starts on the thread pool and waits for. Wrap the
    /// teacher with <see cref="Cached(ITeacher, long, MemoryStoreOptions?)"/>, so that each sample is sent once. The function may throw a
    /// <see cref="PartialOutputException"/> where some samples fail.
    /// </remarks>
    /// <typeparam name="TBatch">The type of the batches.</typeparam>
    /// <param name="function">
    /// Maps a batch to logits [N, C], a new tensor at each call: the teacher disposes it, because the threads of the pool have no dispose scope. The function
    /// gets the token of the caller.
    /// </param>
    /// <returns>A teacher without inner layers.</returns>
    public static ITeacher FromAsync<TBatch>(Func<TBatch, CancellationToken, Task<Tensor>> function)
        where TBatch : Batch => new AsyncTeacher<TBatch>(Require.Present(function));

    /// <summary>Creates one teacher of several, all with the same weight.</summary>
    /// <param name="members">The teachers, at least one, all for the same classes in the same order; the caller disposes them.</param>
    /// <returns>The mean of their probabilities, as logits [N, C]: see <see cref="EnsembleTeacher"/>, which also has weights and means of logits.</returns>
    /// <exception cref="ArgumentException">There is no member, or one is <see langword="null"/>.</exception>
    public static EnsembleTeacher Ensemble(params IReadOnlyList<ITeacher> members) => new(members);

    /// <summary>Puts the outputs of an inner layer in place of the logits: another head of a network that has several.</summary>
    /// <param name="teacher">The teacher, or <c>student.AsTeacher()</c>; the caller disposes it.</param>
    /// <param name="layer">The layer, whose outputs are [N, C], [N, T, C] or [N, C, H, W].</param>
    /// <returns>The teacher with the outputs of the layer as logits.</returns>
    public static ITeacher WithLogitsOf(this ITeacher teacher, Feature layer) => new LayerTeacher(Require.Present(teacher), layer);

    /// <summary>Keeps the outputs of a teacher in memory, so that it runs once for each sample.</summary>
    /// <param name="teacher">The teacher, which must not change; the caller disposes it.</param>
    /// <param name="count">The number of samples of the training data.</param>
    /// <param name="options">What is kept, and how much memory it takes. The default is the logits, in up to 1 GiB.</param>
    /// <returns>The teacher with the cache: see <see cref="CachedTeacher"/>.</returns>
    public static CachedTeacher Cached(this ITeacher teacher, long count, MemoryStoreOptions? options = null) => new(teacher, count, options);

    /// <summary>Keeps the outputs of a teacher in a store, so that it runs once for each sample.</summary>
    /// <param name="teacher">The teacher, which must not change; the caller disposes it.</param>
    /// <param name="store">The store, whose outputs must be of this teacher; the caller disposes it.</param>
    /// <returns>The teacher with the cache: see <see cref="CachedTeacher"/>.</returns>
    public static CachedTeacher Cached(this ITeacher teacher, IOutputStore store) => new(teacher, store);

    /// <summary>
    /// Makes a teacher of a network whose linear and convolutional layers compute in bfloat16: faster on processors that know it, and slower on others.
    /// </summary>
    /// <remarks>
    /// The logits are float32, and off by about a hundredth of their largest. The network itself computes as before. <see cref="Student.InBFloat16"/> describes
    /// what is rounded; a network with several inputs is reached with <c>Student.From(module, forward).InBFloat16().AsTeacher()</c>.
    /// </remarks>
    /// <param name="module">The network of float32, [N, ...] to logits [N, C]; the caller disposes it.</param>
    /// <returns>A teacher that can give every inner layer that TorchSharp can hook: see <see cref="Feature"/>.</returns>
    /// <exception cref="ArgumentException">The module has no such layer of float32.</exception>
    public static ITeacher InBFloat16(torch.nn.Module<Tensor, Tensor> module) => new BFloat16Teacher(Require.Present(module), From(module));

    /// <summary>
    /// Lays images out for a teacher so that the channels of a place lie side by side in memory: convolutions run faster. The results differ by rounding alone.
    /// </summary>
    /// <remarks>A layer inside keeps the layout; a <c>view</c> over places and channels in the module must be a <c>reshape</c> or <c>flatten</c>.</remarks>
    /// <param name="teacher">A teacher of images [N, C, H, W]; it is disposed with the new one.</param>
    /// <returns>The teacher that sees images so.</returns>
    public static ITeacher ChannelsLast(this ITeacher teacher) => new ChannelsLastTeacher(Require.Present(teacher));

    /// <summary>
    /// Leaves the last layer of a teacher to the loss, which computes its logits by parts of the batch: for many classes, beside a student of
    /// <see cref="Student.WithFusedHead"/>.
    /// </summary>
    /// <remarks>Every other reader of <see cref="ModelOutput.Logits"/> gets those of the whole batch, computed when they are first read.</remarks>
    /// <param name="teacher">A teacher of one network; it is disposed with the new one.</param>
    /// <param name="head">The module path of the layer, as <c>named_modules()</c> spells it. The default is the last <c>Linear</c> of the network.</param>
    /// <returns>The teacher that leaves its last layer to the loss.</returns>
    /// <exception cref="ArgumentException">The network has no such layer, or the teacher is not of one network.</exception>
    public static ITeacher WithFusedHead(this ITeacher teacher, string? head = null) => new FusedHeadTeacher(Require.Present(teacher), head);
}
