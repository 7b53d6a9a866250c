namespace Distillation.Training;

/// <summary>A stage of a <see cref="StagedTrainer"/>: a run with a loss, options and trained parameters of its own.</summary>
/// <remarks>
/// <para>
/// Patterns are names of the student's parameters as <c>named_parameters()</c> has them, in which <c>*</c> stands for any characters and <c>?</c> for one.
/// They hold for the stage alone: after it, every parameter requires a gradient or not as before.
/// </para>
/// <para>
/// As in PyTorch, a frozen parameter keeps its values, and buffers change as ever: batch normalization inside frozen layers goes on with its running statistics
/// unless the caller sets such a layer to evaluation mode before the run.
/// </para>
/// </remarks>
public sealed record TrainingStage
{
    /// <summary>Creates a stage.</summary>
    /// <param name="name">The name in results, logs and the directory of its checkpoints; not empty.</param>
    /// <param name="loss">What the stage minimizes.</param>
    public TrainingStage(string name, IDistillationLoss loss)
    {
        Name = Require.Text(name);
        Loss = Require.Present(loss);
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets what the stage minimizes.</summary>
    public IDistillationLoss Loss { get; }

    /// <summary>Gets the options of the stage: its optimizer, its length, its seed.</summary>
    /// <value>
    /// <see langword="null"/>: those of the trainer. The default value is <see langword="null"/>. <see cref="TrainerOptions.Checkpoints"/> and
    /// <see cref="TrainerOptions.Ranks"/> are always those of the trainer; a stage with others is refused.
    /// </value>
    public TrainerOptions? Options { get; init; }

    /// <summary>Gets the training data of the stage.</summary>
    /// <value><see langword="null"/>: that of <see cref="StagedTrainer.Fit"/>. The default value is <see langword="null"/>.</value>
    public IDataSource? Train { get; init; }

    /// <summary>Gets patterns of the parameters that are trained; all others are frozen.</summary>
    /// <value>Each has a parameter. The default value is empty: the parameters that require a gradient before the run.</value>
    public IReadOnlyList<string> Trained { get; init => field = Patterns(value); } = [];

    /// <summary>Gets patterns of the parameters that are frozen, of those that would be trained otherwise.</summary>
    /// <value>Each has a parameter. The default value is empty.</value>
    public IReadOnlyList<string> Frozen { get; init => field = Patterns(value); } = [];

    private static string[] Patterns(IReadOnlyList<string> value, [System.Runtime.CompilerServices.CallerMemberName] string member = "")
    {
        string[] patterns = [.. Require.Present(value, member)];
        return Array.Find(patterns, string.IsNullOrEmpty) is null && !patterns.Contains(null)
            ? patterns
            : throw new ArgumentException($"No pattern of {member} may be empty, but they are [{string.Join(", ", patterns)}].", member);
    }
}
