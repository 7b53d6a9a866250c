namespace Distillation;

/// <summary>A way to distill that a <see cref="DistillationStudy"/> tries: a loss, and optionally another student or other training options.</summary>
public sealed record StudyCandidate
{
    /// <summary>Creates a candidate.</summary>
    /// <param name="name">Its name in reports; each name once in a study.</param>
    /// <param name="loss">Creates its loss; called once a training.</param>
    public StudyCandidate(string name, Func<IDistillationLoss> loss)
    {
        Name = Require.Text(name);
        Loss = Require.Present(loss);
    }

    /// <summary>Gets the name in reports.</summary>
    public string Name { get; }

    /// <summary>Gets what creates the loss.</summary>
    public Func<IDistillationLoss> Loss { get; }

    /// <summary>Gets what creates the student's module, such as a smaller or a larger one, called with libtorch's generator seeded.</summary>
    /// <value><see langword="null"/>: the study's. The default value is <see langword="null"/>.</value>
    public Func<torch.nn.Module<Tensor, Tensor>>? Student { get; init; }

    /// <summary>Gets the name of the student in reports: candidates with the same one have the same student.</summary>
    /// <value>The default value is <c>student</c>.</value>
    public string StudentName { get; init => field = Require.Text(value); } = "student";

    /// <summary>
    /// Gets the training data of its students, such as unlabeled samples beside the labeled ones for a loss that does without labels; the student alone has
    /// that of the study. With <see cref="TrainerOptions.Steps"/> both make as many updates. A
    /// cached teacher is of one data source: candidates with other data than each other's need a teacher that is not.
    /// </summary>
    /// <value><see langword="null"/>: the study's. The default value is <see langword="null"/>.</value>
    public IDataSource? Train { get; init; }

    /// <summary>Gets the options of its trainings; those of the study if <see langword="null"/>.</summary>
    public TrainerOptions? Training { get; init; }
}
