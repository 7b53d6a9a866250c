using System.Collections.Immutable;
using Distillation.Caching;
using Distillation.Models;

namespace Distillation.Training;

/// <summary>Trains a student from a frozen teacher, or without one from the labels alone.</summary>
/// <param name="teacher">The teacher, or <see langword="null"/>; the caller disposes it.</param>
/// <param name="learner">The learner; the scheme disposes it.</param>
public sealed class DistillationScheme(ITeacher? teacher, Learner learner) : TrainingScheme(learner), IResumableScheme
{
    /// <inheritdoc/>
    public override ITeacher? Teacher => teacher;

    /// <summary>Gets of a run in stages what belongs to the stage; empty of other runs.</summary>
    public IReadOnlyDictionary<string, string> Identity { get; internal init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets what the student sees in place of a batch, of which the teacher has computed the output; <see langword="null"/> for the batch.</summary>
    internal Func<Batch, ModelOutput, TrainingPosition, Batch>? StudentBatch { get; init; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The student trains a parameter of its teacher.</exception>
    public override void Prepare(Batch sample)
    {
        RequireApart();
        base.Prepare(sample);
    }

    /// <inheritdoc/>
    public override void AccumulateGradients(Batch batch, TrainingPosition position) => learner.AccumulateGradients(CreateContext(batch, position));

    /// <inheritdoc/>
    /// <remarks>
    /// A cache of the teacher's outputs that fills on the way needs the batches with which it was filled: in others the outputs may differ in the last bit.
    /// </remarks>
    public bool Replay(Batch batch)
    {
        if (teacher is null || DelegatingTeacher.PartsOf(teacher).OfType<CachedTeacher>().All(cache => cache.IsFull))
        {
            return false;
        }

        _ = ForwardPass.Run(teacher, batch, learner.Loss.Features.Teacher);
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<DistillationContext> CreateContexts(Batch batch, TrainingPosition position) => [CreateContext(batch, position)];

    private DistillationContext CreateContext(Batch batch, TrainingPosition position)
    {
        if (StudentBatch is null)
        {
            ModelOutput student = learner.Forward(batch);
            return new(student, teacher is null ? null : ForwardPass.Run(teacher, batch, learner.Loss.Features.Teacher), batch, position);
        }

        ModelOutput taught = ForwardPass.Run(Require.Present(teacher), batch, learner.Loss.Features.Teacher);
        Batch seen = StudentBatch(batch, taught, position);
        return new(learner.Forward(seen), taught, seen, position);
    }

    private void RequireApart()
    {
        torch.nn.Module[] networks = teacher is null ? [] : [.. INetworkTeacher.NetworksIn(teacher)];
        HashSet<Tensor> frozen = networks.SelectMany(network => network.parameters()).ToHashSet<Tensor>(ReferenceEqualityComparer.Instance);
        torch.nn.Module student = learner.Student.Module;
        (string name, Parameter? shared) = student.named_parameters().FirstOrDefault(
            own => own.parameter.requires_grad && (frozen.Contains(own.parameter) || networks.Contains(student)));
        if (shared is not null)
        {
            throw new InvalidOperationException(
                $"The student would train parameter '{name}' of its own teacher, which must not change. "
                + "Give the student a copy, or freeze the parameter (requires_grad = false).");
        }
    }
}
