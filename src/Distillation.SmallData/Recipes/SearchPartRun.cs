namespace Distillation.SmallData;

/// <summary>Fits the candidates on the samples of a part, and runs them on those that are held out.</summary>
/// <param name="original">Makes a new original.</param>
/// <param name="train">The samples to learn from.</param>
/// <param name="heldOut">The samples that are held out.</param>
/// <param name="training">How originals are trained.</param>
/// <param name="seed">The chance of the part.</param>
/// <param name="cancellationToken">Ends the work.</param>
internal sealed class SearchPartRun(
    Func<torch.nn.Module<Tensor, Tensor>> original,
    LabeledSamples train,
    IDataSource heldOut,
    TrainerOptions training,
    int seed,
    CancellationToken cancellationToken)
    : IDisposable
{
    private readonly List<(ITeacherFitter Fitter, FittedTeacher Fitted)> _teachers = [];
    private readonly List<(ISampleGenerator Generator, long Count, TensorData Pool)> _pools = [];

    /// <summary>Fits a candidate and returns its logits for the samples that are held out.</summary>
    /// <returns>[N, C] in one array; <see langword="null"/> where new samples have no known labels, and there is no teacher.</returns>
    public double[]? Run(Recipe recipe)
    {
        using var scope = torch.NewDisposeScope();
        if (recipe.Kind == RecipeKind.TeacherItself)
        {
            return LogitsOf(recipe, TeacherOf(recipe.Teacher!).Teacher);
        }

        using TrainingMaterial material = recipe.Prepare(train, recipe.Teacher is { } teacher ? TeacherOf(teacher) : null, seed, pool: PoolOf(recipe));
        if (material.Pool is { Labels: null })
        {
            return null;
        }

        using torch.nn.Module<Tensor, Tensor> model = OriginalTraining.Fit(
            original, material.Samples, recipe.TrainingFrom(training), seed, cancellationToken, train.Task);
        using ITeacher asTeacher = Teacher.From(model);
        return LogitsOf(recipe, asTeacher);
    }

    public void Dispose()
    {
        _teachers.ForEach(teacher => teacher.Fitted.Dispose());
        _pools.ForEach(pool => pool.Pool.Dispose());
    }

    // Each teacher is fitted once, however many recipes use it.
    private FittedTeacher TeacherOf(ITeacherFitter fitter)
    {
        int known = _teachers.FindIndex(teacher => ReferenceEquals(teacher.Fitter, fitter));
        if (known >= 0)
        {
            return _teachers[known].Fitted;
        }

        FittedTeacher fitted = fitter.Fit(train, seed, cancellationToken);
        _teachers.Add((fitter, fitted));
        return fitted;
    }

    // Each pool is generated once, however many recipes label it.
    private TensorData? PoolOf(Recipe recipe)
    {
        if (recipe.Generator is not { } generator)
        {
            return null;
        }

        long count = recipe.PoolSize(train.Count);
        int known = _pools.FindIndex(pool => ReferenceEquals(pool.Generator, generator) && pool.Count == count);
        if (known >= 0)
        {
            return _pools[known].Pool;
        }

        TensorData made = train.Generate(generator, count, seed).InMemory();
        _pools.Add((generator, count, made));
        return made;
    }

    private double[] LogitsOf(Recipe recipe, ITeacher model)
    {
        const int BatchSize = 512;
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var logits = new List<double>();
        for (long start = 0; start < heldOut.Count; start += BatchSize)
        {
            Batch batch = heldOut.Read(KeptAliveScalar.Arange(start, Math.Min(start + BatchSize, heldOut.Count)));
            Tensor outputs = model.Predict(batch, FeatureSet.None, cancellationToken).Logits;
            if (outputs.dim() != 2 || outputs.size(1) != train.Outputs)
            {
                throw new InvalidOperationException(
                    $"The model of '{recipe.Name}' must output [N, {train.Outputs}], but its output is {Distillation.Shapes.Of(outputs)}. "
                    + "Where the data lacks classes that the model has, set their number.");
            }

            logits.AddRange(outputs.to(torch.ScalarType.Float64).cpu().contiguous().data<double>().ToArray());
        }

        return logits.All(double.IsFinite)
            ? [.. logits]
            : throw new InvalidOperationException($"Some outputs of the model of '{recipe.Name}' for held-out samples are not finite.");
    }
}
