using Distillation.Losses;
using Distillation.Students;
using Distillation.Teachers;

namespace Distillation;

/// <summary>Makes students, and teachers of them.</summary>
public static class Student
{
    /// <summary>Makes a student of a network.</summary>
    /// <param name="module">The network, [N, ...] to logits [N, C]; it stays the caller's. Move it to its device and data type first.</param>
    /// <returns>A student that can give every inner layer which maps one tensor to one tensor.</returns>
    public static IStudent From(torch.nn.Module<Tensor, Tensor> module)
    {
        Require.Present(module);
        return new ModuleStudent(module, batch => module.call(batch.Inputs));
    }

    /// <summary>Makes a student of a TorchScript file that <c>torch.jit.load</c> has opened.</summary>
    /// <param name="module">The network, [N, ...] to logits [N, C]; it stays the caller's.</param>
    /// <returns>A student; its inner layers cannot be asked for.</returns>
    public static IStudent From(torch.jit.ScriptModule<Tensor, Tensor> module)
    {
        Require.Present(module);
        return new ModuleStudent(module, batch => module.call(batch.Inputs));
    }

    /// <summary>Makes a student of a network with several inputs.</summary>
    /// <typeparam name="TBatch">The kind of batch that carries them.</typeparam>
    /// <param name="module">The network that the function runs; it stays the caller's.</param>
    /// <param name="forward">Gives the logits [N, C]; runs the module with <c>call</c>.</param>
    /// <returns>A student that can give every inner layer which maps one tensor to one tensor.</returns>
    public static IStudent From<TBatch>(torch.nn.Module module, Func<TBatch, Tensor> forward)
        where TBatch : Batch => new ModuleStudent(Require.Present(module), BatchFunction.Of(forward));

    /// <summary>Looks at a student as a teacher: for evaluation, or to teach the next one.</summary>
    /// <param name="student">The student; it stays the caller's.</param>
    /// <returns>A teacher with the student's weights as they are at each prediction.</returns>
    public static ITeacher AsTeacher(this IStudent student) => new StudentTeacher(Require.Present(student));

    /// <summary>Looks at a student through the classifier that it reuses: its layer, the trained projector, and the teacher's classifier.</summary>
    /// <param name="student">The student; it stays the caller's.</param>
    /// <param name="loss">The loss that it was trained with.</param>
    /// <returns>A teacher with the weights of student and projector as they are at each prediction; all in evaluation mode.</returns>
    public static ITeacher AsTeacher(this IStudent student, ReusedClassifierLoss loss) => new ReusedClassifierTeacher(Require.Present(student), Require.Present(loss));
}
