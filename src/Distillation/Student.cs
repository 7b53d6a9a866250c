using Distillation.Models;

namespace Distillation;

/// <summary>Creates students, and teachers of them.</summary>
public static class Student
{
    /// <summary>Creates a student of a network.</summary>
    /// <param name="module">The network, [N, ...] to logits [N, C]; the caller disposes it. Move it to its device and data type first.</param>
    /// <returns>A student that can give every inner layer that TorchSharp can hook: see <see cref="Feature"/>.</returns>
    public static IStudent From(torch.nn.Module<Tensor, Tensor> module)
    {
        Require.Present(module);
        return new ModuleStudent(module, batch => module.call(batch.Inputs));
    }

    /// <summary>Creates a student of a TorchScript file that <c>torch.jit.load</c> has opened.</summary>
    /// <param name="module">The network, [N, ...] to logits [N, C]; the caller disposes it.</param>
    /// <returns>A student without inner layers.</returns>
    public static IStudent From(torch.jit.ScriptModule<Tensor, Tensor> module)
    {
        Require.Present(module);
        return new ModuleStudent(module, batch => module.call(batch.Inputs));
    }

    /// <summary>Creates a student of a network with several inputs.</summary>
    /// <typeparam name="TBatch">The kind of batch that carries them.</typeparam>
    /// <param name="module">The network that the function runs; the caller disposes it.</param>
    /// <param name="forward">Gives the logits [N, C]; runs the module with <c>call</c>.</param>
    /// <returns>A student that can give every inner layer that TorchSharp can hook: see <see cref="Feature"/>.</returns>
    public static IStudent From<TBatch>(torch.nn.Module module, Func<TBatch, Tensor> forward)
        where TBatch : Batch => new ModuleStudent(Require.Present(module), BatchFunction.Of(forward));

    /// <summary>Lets the linear and convolutional layers of a student compute in bfloat16: faster on processors that know it, and slower on others.</summary>
    /// <remarks>
    /// <para>
    /// For these layers inputs and weights are rounded to 8 significant bits, and sums are kept longer; the logits are off by about a hundredth of their
    /// largest. Weights, gradients, all other layers, logits and loss stay float32. The rounding holds for the student alone: the module itself computes as
    /// before.
    /// </para>
    /// <para>
    /// Such are <c>Linear</c> and the convolutions without transposition, padded by numbers with zeros; others stay float32, and so do layers whose parent runs
    /// them with <c>forward()</c>, which skips hooks. Micikevicius et al., "Mixed Precision Training", 2018; Kalamkar et al., "A Study of BFLOAT16 for Deep
    /// Learning Training", 2019.
    /// </para>
    /// </remarks>
    /// <param name="student">A student of float32 that has not given inner layers yet; it is disposed with the new one.</param>
    /// <returns>The student in bfloat16.</returns>
    /// <exception cref="ArgumentException">The module has no such layer of float32.</exception>
    public static IStudent InBFloat16(this IStudent student) => new BFloat16Student(Require.Present(student));

    /// <summary>
    /// Lays images out for a student so that the channels of a place lie side by side in memory: convolutions run faster. The results differ by rounding alone.
    /// </summary>
    /// <remarks>A layer inside keeps the layout; a <c>view</c> over places and channels in the module must be a <c>reshape</c> or <c>flatten</c>.</remarks>
    /// <param name="student">A student of images [N, C, H, W]; it is disposed with the new one.</param>
    /// <returns>The student that sees images so.</returns>
    public static IStudent ChannelsLast(this IStudent student) => new ChannelsLastStudent(Require.Present(student));

    /// <summary>
    /// Computes the last layer of a student and the loss together, by parts of the batch, so that the logits of the whole batch are never in memory: for many
    /// classes, such as the vocabulary of a language model.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The layer is a <c>Linear</c> whose output is that of the network: h · Wᵀ + b for hidden states h, [N, D] or [N, T, D]. Where the loss has a closed form
    /// and does not compare samples, logits, loss and gradient are computed for a few samples at a time, and added to the gradients of W, b and h. Results are
    /// those of the whole batch but for rounding. Every other reader of <see cref="ModelOutput.Logits"/> gets all of them, computed when they are first read,
    /// with the weights of that time. Hsu et al., "Liger Kernel: Efficient Triton Kernels for LLM Training", 2024.
    /// </para>
    /// <para>
    /// The layer runs as before where it cannot be left out: the network changes its output or runs it twice, it or a module around it has another hook, its
    /// output is required as a feature, its weights are not of float32 or float64, or it is not on the processor.
    /// </para>
    /// </remarks>
    /// <param name="student">A student of a network; it is disposed with the new one.</param>
    /// <param name="head">The module path of the layer, as <c>named_modules()</c> spells it. The default is the last <c>Linear</c> of the network.</param>
    /// <returns>The student that leaves its last layer to the loss.</returns>
    /// <exception cref="ArgumentException">The network has no such layer.</exception>
    public static IStudent WithFusedHead(this IStudent student, string? head = null) => new FusedHeadStudent(Require.Present(student), head);

    /// <summary>Looks at a student as a teacher: for evaluation, or to teach the next one.</summary>
    /// <param name="student">The student; the caller disposes it.</param>
    /// <returns>A teacher with the student's weights as they are at each prediction.</returns>
    public static ITeacher AsTeacher(this IStudent student) => new StudentTeacher(Require.Present(student));
}
