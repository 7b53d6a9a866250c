using Distillation.Caching;
using Distillation.Models;

namespace Distillation.Training;

/// <summary>A student learns from a frozen teacher, or without one from the labels alone.</summary>
/// <param name="teacher">Who is learned from, or <see langword="null"/>; it stays the caller's.</param>
/// <param name="learner">Who learns; the step disposes it.</param>
public sealed class DistillationScheme(ITeacher? teacher, Learner learner) : ITrainingScheme
{
    /// <inheritdoc/>
    public IReadOnlyList<Learner> Learners { get; } = [Require.Present(learner)];

    /// <inheritdoc/>
    public ITeacher? Teacher => teacher;

    /// <summary>Gets the teacher's fingerprint.</summary>
    public IReadOnlyDictionary<string, string> Identity =>
        new Dictionary<string, string> { ["teacher"] = teacher is null ? "none" : teacher.Fingerprint() ?? "without a fingerprint" };

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The student trains a parameter of its teacher.</exception>
    public void Prepare(Batch sample)
    {
        RequireApart();
        learner.Prepare(CreateContext(sample, default));
    }

    /// <inheritdoc/>
    public void AccumulateGradients(Batch batch, TrainingPosition position) => learner.AccumulateGradients(CreateContext(batch, position));

    /// <inheritdoc/>
    /// <remarks>
    /// A cache of the teacher's outputs that is filled as the run goes wants the batches with which it was filled: of others the teacher may say something else
    /// in the last bit.
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
    public void Dispose() => learner.Dispose();

    private DistillationContext CreateContext(Batch batch, TrainingPosition position) =>
        new(
            ForwardPass.Run(learner, batch, learner.Loss.Features.Student),
            teacher is null ? null : ForwardPass.Run(teacher, batch, learner.Loss.Features.Teacher),
            batch,
            position);

    private void RequireApart()
    {
        torch.nn.Module[] networks = teacher is null ? [] : [.. INetworkTeacher.NetworksIn(teacher)];
        HashSet<Tensor> frozen = networks.SelectMany(network => network.parameters()).ToHashSet<Tensor>(ReferenceEqualityComparer.Instance);
        torch.nn.Module student = learner.Student.Module;
        (string name, Parameter? shared) = student.named_parameters()
            .FirstOrDefault(own => own.parameter.requires_grad && (frozen.Contains(own.parameter) || networks.Contains(student)));
        if (shared is not null)
        {
            throw new InvalidOperationException(
                $"The student would train parameter '{name}' of its own teacher, which must not change. "
                + "Give the student a copy, or freeze the parameter (requires_grad = false).");
        }
    }
}
