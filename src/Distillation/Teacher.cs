using Distillation.Models;

namespace Distillation;

/// <summary>Makes teachers. Packages beside this one add theirs here too: the dot is the catalog.</summary>
public static class Teacher
{
    /// <summary>Makes a teacher of a network.</summary>
    /// <param name="module">
    /// The network, [N, ...] to logits [N, C]; it stays the caller's. Where it is in training mode, it is brought back to it after each prediction.
    /// </param>
    /// <returns>A teacher that can give every inner layer that TorchSharp can hook: see <see cref="Feature"/>.</returns>
    public static ITeacher From(torch.nn.Module<Tensor, Tensor> module)
    {
        Require.Present(module);
        return new ModuleTeacher(module, batch => module.call(batch.Inputs));
    }

    /// <summary>Makes a teacher of a TorchScript file that <c>torch.jit.load</c> has opened.</summary>
    /// <param name="module">The network, [N, ...] to logits [N, C]; it stays the caller's.</param>
    /// <returns>A teacher; its inner layers cannot be asked for.</returns>
    public static ITeacher From(torch.jit.ScriptModule<Tensor, Tensor> module)
    {
        Require.Present(module);
        return new ModuleTeacher(module, batch => module.call(batch.Inputs));
    }

    /// <summary>Makes a teacher of a network with several inputs.</summary>
    /// <typeparam name="TBatch">The kind of batch that carries them.</typeparam>
    /// <param name="module">The network that the function runs; it stays the caller's.</param>
    /// <param name="forward">Gives the logits [N, C]; runs the module with <c>call</c>.</param>
    /// <returns>A teacher that can give every inner layer that TorchSharp can hook: see <see cref="Feature"/>.</returns>
    public static ITeacher From<TBatch>(torch.nn.Module module, Func<TBatch, Tensor> forward)
        where TBatch : Batch => new ModuleTeacher(Require.Present(module), BatchFunction.Of(forward));

    /// <summary>Makes a teacher of any code that maps inputs to logits.</summary>
    /// <param name="function">Maps inputs [N, ...] to logits [N, C].</param>
    /// <returns>A teacher without inner layers.</returns>
    public static ITeacher From(Func<Tensor, Tensor> function)
    {
        Require.Present(function);
        return new FunctionTeacher(batch => function(batch.Inputs));
    }

    /// <summary>Makes a teacher of any code that maps a batch to logits: <c>Teacher.From((Batch batch) => ...)</c>.</summary>
    /// <typeparam name="TBatch">The kind of batch it takes.</typeparam>
    /// <param name="function">Maps a batch to logits [N, C].</param>
    /// <returns>A teacher without inner layers.</returns>
    public static ITeacher From<TBatch>(Func<TBatch, Tensor> function)
        where TBatch : Batch => new FunctionTeacher(BatchFunction.Of(function));

    /// <summary>
    /// Makes a teacher of a network whose linear and convolutional layers compute in bfloat16: faster on processors that know it, and slower on others.
    /// </summary>
    /// <remarks>
    /// The logits are float32, and off by about a hundredth of their largest. The network itself computes as before. What is rounded,
    /// <see cref="Student.InBFloat16"/> says; a network with several inputs is reached with <c>Student.From(module, forward).InBFloat16().AsTeacher()</c>.
    /// </remarks>
    /// <param name="module">The network of float32, [N, ...] to logits [N, C]; it stays the caller's.</param>
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
}
