using Distillation.Teachers;

namespace Distillation;

/// <summary>Makes teachers. Packages beside this one add theirs here too: the dot is the catalogue.</summary>
public static class Teacher
{
    /// <summary>Makes a teacher of a network.</summary>
    /// <param name="module">The network, [N, ...] to logits [N, C]; it stays the caller's. Where it is in training mode, it is brought back to it after each prediction.</param>
    /// <returns>A teacher that can give every inner layer which maps one tensor to one tensor.</returns>
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
    /// <returns>A teacher that can give every inner layer which maps one tensor to one tensor.</returns>
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
}
