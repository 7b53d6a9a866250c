namespace Distillation.Losses;

/// <summary>Creates the module that brings a layer of the student to the shape of a layer of the teacher. It is trained with the student.</summary>
/// <remarks>
/// Sizes that are not given follow from the first batch. A connector has no state: one instance serves any number of losses, each with a module of its own.
/// </remarks>
public abstract class Connector : ISelfDescribing
{
    /// <inheritdoc/>
    public virtual IEnumerable<(string Name, object? Value)> Describe() => [];

    /// <summary>Creates the module.</summary>
    /// <param name="student">The student's layer on the first batch, [N, ...].</param>
    /// <param name="teacher">The teacher's layer on the first batch, [N, ...].</param>
    /// <returns>A new module, from the student's layer to the teacher's shape; the loss brings it to the device and data type of the student's layer.</returns>
    /// <exception cref="InvalidOperationException">The connector does not take such a layer.</exception>
    public abstract torch.nn.Module<Tensor, Tensor> Create(Tensor student, Tensor teacher);

    /// <summary>Creates the module on the device and in the data type of the student's layer.</summary>
    internal torch.nn.Module<Tensor, Tensor> CreateFor(Tensor student, Tensor teacher)
    {
        torch.nn.Module<Tensor, Tensor> module = Create(student, teacher);
        module.to(student.dtype);
        module.to(student.device);
        return module;
    }
}
