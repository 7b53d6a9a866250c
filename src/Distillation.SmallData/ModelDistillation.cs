using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>
/// Makes a model of a small data set better with new samples: trains it, fits a teacher, makes samples and has them labeled, trains the original and a
/// simplified model on old and new together, and reports what that changed.
/// </summary>
/// <remarks>
/// The plain original and, where a teacher labels, the control (the same pool with known labels) are trained too, so that nothing is claimed for distilling
/// that is the work of the samples alone. Which recipe to follow, <see cref="RecipeSearch"/> finds out.
/// </remarks>
public sealed class ModelDistillation
{
    private readonly Func<Module<Tensor, Tensor>> _original;
    private readonly Func<Module<Tensor, Tensor>> _distilled;
    private readonly Recipe _recipe;
    private readonly ModelDistillationOptions _options;

    /// <summary>Puts a model distillation together.</summary>
    /// <param name="original">Makes a new original, from inputs [N, ...] to logits [N, C], with weights from libtorch's generator.</param>
    /// <param name="distilled">Makes a new simplified model of the same inputs and logits.</param>
    /// <param name="recipe">What is done.</param>
    /// <param name="options">How; the defaults if not given.</param>
    public ModelDistillation(
        Func<Module<Tensor, Tensor>> original, Func<Module<Tensor, Tensor>> distilled, Recipe recipe, ModelDistillationOptions? options = null)
    {
        _original = Require.Present(original);
        _distilled = Require.Present(distilled);
        _recipe = Require.Present(recipe);
        _options = options ?? new ModelDistillationOptions();
    }

    /// <summary>Runs it.</summary>
    /// <param name="samples">The labeled samples: class ids, or the labels of <see cref="ModelDistillationOptions.Task"/>.</param>
    /// <param name="test">Labeled samples for the report, from which nothing learns; without them there is no report.</param>
    /// <param name="progress">Receives the share that is done, on this thread.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The models, the new samples and the report; the caller disposes them.</returns>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public ModelDistillationResult Run(
        IDataSource samples, IDataSource? test = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        Require.Present(samples);
        var owned = new List<IDisposable>();
        T Own<T>(T made)
            where T : IDisposable
        {
            owned.Add(made);
            return made;
        }

        try
        {
            int seed = _options.Seed;
            TrainerOptions training = _recipe.TrainingFrom(_options.Training);
            RequireTask();
            using var originals = new LabeledSamples(samples, _options.Task, _options.Classes);
            TrainerOptions plainTraining = _options.PlainTraining ?? (_recipe.Kind == RecipeKind.Plain
                ? training
                : PlainTuning.Tune(_original, originals, _options.Training, _options.PlainWeightDecays, seed, cancellationToken));
            Module<Tensor, Tensor> plain = Own(OriginalTraining.Fit(_original, samples, plainTraining, seed, cancellationToken, _options.Task));
            progress?.Report(0.2);
            FittedTeacher? teacher = _recipe.Teacher is { } fitter ? Own(fitter.Fit(originals, seed, cancellationToken)) : null;
            progress?.Report(0.4);
            DataDiagnosis? diagnosis = Diagnose(originals, teacher, plainTraining, cancellationToken);
            TrainingMaterial material = Own(_recipe.Prepare(originals, _recipe.Kind == RecipeKind.Distillation ? teacher : null, seed));
            bool makes = _recipe.Generator is not null;
            Module<Tensor, Tensor> original = makes
                ? Own(OriginalTraining.Fit(_original, material.Samples, training, seed, cancellationToken, _options.Task))
                : plain;
            progress?.Report(0.6);
            Module<Tensor, Tensor> distilled = Own(makes
                ? OriginalTraining.Fit(_distilled, material.Samples, training, seed, cancellationToken, _options.Task)
                : OriginalTraining.Distil(plain, _distilled, samples, plainTraining, seed, cancellationToken, _options.Task));
            progress?.Report(0.8);
            ModelDistillationReport? report = test is null
                ? null
                : Measure(test, originals, material.Kept, plain, original, distilled, teacher, cancellationToken);
            progress?.Report(1);
            return new(_recipe, plain, original, distilled, teacher, material.Pool, material.Kept?.Report, diagnosis, report, owned);
        }
        catch
        {
            owned.ForEach(made => made.Dispose());
            throw;
        }
    }

    /// <summary>Runs it several times, with seeds that follow each other, and keeps the reports.</summary>
    /// <param name="samples">The labeled samples: class ids, or the labels of <see cref="ModelDistillationOptions.Task"/>.</param>
    /// <param name="test">Labeled samples for the reports, from which nothing learns.</param>
    /// <param name="runs">How many times; positive. With fewer than five, few differences are significant.</param>
    /// <param name="progress">Receives the share that is done, on the thread of a run, one at a time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The reports, and their comparison.</returns>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public RepeatedDistillationReport Repeat(
        IDataSource samples, IDataSource test, int runs, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        Require.Present(samples);
        Require.Present(test);
        Require.Positive(runs);
        var ended = new Lock();
        int count = 0;
        return new() { Runs = TrainingRuns.Run(runs, _options.Parallelism, Run, cancellationToken) };

        ModelDistillationReport Run(int number, CancellationToken stop)
        {
            var one = new ModelDistillation(_original, _distilled, _recipe, _options with { Seed = unchecked(_options.Seed + number) });
            using ModelDistillationResult result = one.Run(samples, test, cancellationToken: stop);
            lock (ended)
            {
                progress?.Report((double)++count / runs);
            }

            return result.Report!;
        }
    }

    private ModelDistillationReport Measure(
        IDataSource test,
        LabeledSamples originals,
        KeptSamples? kept,
        Module<Tensor, Tensor> plain,
        Module<Tensor, Tensor> original,
        Module<Tensor, Tensor> distilled,
        FittedTeacher? teacher,
        CancellationToken cancellationToken)
    {
        using ITeacher asPlain = Teacher.From(plain);
        using ITeacher asOriginal = Teacher.From(original);
        using ITeacher asDistilled = Teacher.From(distilled);
        ITeacher final = _recipe.Kind == RecipeKind.TeacherItself ? teacher!.Teacher : asOriginal;
        return new()
        {
            Recipe = _recipe,
            Plain = Evaluate(asPlain),
            Control = Control(originals, kept, test, cancellationToken),
            Final = Evaluate(final),
            Distilled = Evaluate(asDistilled),
            Teacher = teacher is null ? null : Evaluate(teacher.Teacher),
            Difference = IsClassification ? McNemarTest.Compare(asPlain, final, test) : null,
            ErrorDifference = IsClassification ? null : SampleErrors.Compare(asPlain, final, test, TaskRules.Of(_options.Task), cancellationToken),
            Kept = kept?.Report,
        };

        EvaluationReport Evaluate(ITeacher model) => this.Evaluate(model, test, cancellationToken);
    }

    private bool IsClassification => TaskRules.Of(_options.Task).IsClassification;

    private void RequireTask()
    {
        if (!IsClassification && _options.DiagnosisFolds is not null)
        {
            throw new ArgumentException(
                $"{nameof(ModelDistillationOptions.DiagnosisFolds)} diagnoses class ids, but {nameof(ModelDistillationOptions.Task)} is {_options.Task.Name}.");
        }
    }

    private EvaluationReport Evaluate(ITeacher model, IDataSource test, CancellationToken cancellationToken) => IsClassification
        ? Evaluator.Evaluate(model, test, cancellationToken: cancellationToken)
        : Evaluator.Evaluate(model, test, _options.Task, cancellationToken: cancellationToken);

    private EvaluationReport? Control(LabeledSamples originals, KeptSamples? kept, IDataSource test, CancellationToken cancellationToken)
    {
        Recipe control = _recipe.WithKnownLabels();
        if (control == _recipe)
        {
            return null;
        }

        using TrainingMaterial material = control.Prepare(originals, teacher: null, _options.Seed, kept?.Numbers);
        if (material.Pool!.Labels is null)
        {
            return null;
        }

        using Module<Tensor, Tensor> model = OriginalTraining.Fit(
            _original, material.Samples, control.TrainingFrom(_options.Training), _options.Seed, cancellationToken, _options.Task);
        using ITeacher asTeacher = Teacher.From(model);
        return Evaluate(asTeacher, test, cancellationToken);
    }

    private DataDiagnosis? Diagnose(LabeledSamples originals, FittedTeacher? teacher, TrainerOptions training, CancellationToken cancellationToken) =>
        _options.DiagnosisFolds is { } folds
            ? DataDiagnosis.ByOriginals(_original, originals, training, folds, _options.Seed, _options.SuspectBelow, cancellationToken)
            : teacher is null || !IsClassification ? null : DataDiagnosis.Of(teacher, originals, _options.SuspectBelow);
}
