namespace Distillation.SmallData;

/// <summary>The models of a model distillation, the samples it made, and what it brought. Disposing it disposes all of them.</summary>
public sealed class ModelDistillationResult : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _owned;

    internal ModelDistillationResult(
        Recipe recipe,
        torch.nn.Module<Tensor, Tensor> plain,
        torch.nn.Module<Tensor, Tensor> original,
        torch.nn.Module<Tensor, Tensor> distilled,
        FittedTeacher? teacher,
        TensorData? pool,
        FilterReport? kept,
        DataDiagnosis? diagnosis,
        ModelDistillationReport? report,
        IReadOnlyList<IDisposable> owned)
    {
        Recipe = recipe;
        Plain = plain;
        Original = original;
        Distilled = distilled;
        Teacher = teacher;
        Pool = pool;
        Kept = kept;
        Diagnosis = diagnosis;
        Report = report;
        _owned = owned;
    }

    /// <summary>Gets the recipe that was followed.</summary>
    public Recipe Recipe { get; }

    /// <summary>Gets the original that was trained on the labeled samples alone.</summary>
    public torch.nn.Module<Tensor, Tensor> Plain { get; }

    /// <summary>Gets the original that was trained on old and new samples together; where the recipe makes none, <see cref="Plain"/>.</summary>
    public torch.nn.Module<Tensor, Tensor> Original { get; }

    /// <summary>Gets the simplified model.</summary>
    public torch.nn.Module<Tensor, Tensor> Distilled { get; }

    /// <summary>Gets the teacher; <see langword="null"/> where the recipe has none.</summary>
    public FittedTeacher? Teacher { get; }

    /// <summary>Gets the new samples with their labels; <see langword="null"/> where the recipe makes none.</summary>
    public TensorData? Pool { get; }

    /// <summary>Gets how many new samples the recipe's filter kept; <see langword="null"/> without one.</summary>
    public FilterReport? Kept { get; }

    /// <summary>
    /// Gets the diagnosis of the labeled samples by models that were trained without them: originals, where
    /// <see cref="ModelDistillationOptions.DiagnosisFolds"/> is set, else the teacher; <see langword="null"/> without either.
    /// </summary>
    public DataDiagnosis? Diagnosis { get; }

    /// <summary>Gets the samples whose labels the <see cref="Diagnosis"/> contradicts, the least likely first; empty without one.</summary>
    public IReadOnlyList<SuspectSample> Suspects => Diagnosis?.Suspects ?? [];

    /// <summary>Gets what it brought; <see langword="null"/> where no test samples were given.</summary>
    public ModelDistillationReport? Report { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }
    }
}
