using System.Globalization;
using System.Text;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>
/// The outputs of models for labeled samples that they were not trained on: which classes are hard, and which labels may be wrong. Numbers only: it may be
/// kept.
/// </summary>
public sealed record DataDiagnosis
{
    /// <summary>Gets the evaluation of the outputs, with their calibration and confusions.</summary>
    public required EvaluationReport Report { get; init; }

    /// <summary>Gets the classes that have samples, by id.</summary>
    public required IReadOnlyList<ClassDiagnosis> Classes { get; init; }

    /// <summary>Gets the samples whose labels it contradicts, the least likely label first.</summary>
    public required IReadOnlyList<SuspectSample> Suspects { get; init; }

    private const int Lines = 5;

    /// <summary>Diagnoses data by the out-of-fold outputs of a teacher.</summary>
    /// <param name="fitted">The teacher, fitted on the samples.</param>
    /// <param name="data">The samples it was fitted on.</param>
    /// <param name="suspectBelow">Below which probability of its label a contradicted sample is a suspect, in [0, 1]. The default value is 0.1.</param>
    /// <returns>The diagnosis.</returns>
    public static DataDiagnosis Of(FittedTeacher fitted, LabeledSamples data, double suspectBelow = 0.1)
    {
        Require.Present(fitted);
        Require.Present(data);
        Require.InRange(suspectBelow, 0, 1);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor probabilities = functional.softmax(fitted.OutOfFold.to(torch.ScalarType.Float64), 1);
        Tensor labels = data.RequireLabels().to(probabilities.device);
        double[] own = probabilities.gather(1, labels.unsqueeze(1)).cpu().data<double>().ToArray();
        long[] predicted = probabilities.argmax(1).cpu().data<long>().ToArray();
        SuspectSample[] samples = [.. labels.cpu().data<long>().ToArray()
            .Select((label, number) => new SuspectSample { Number = number, Label = label, Predicted = predicted[number], Probability = own[number] })];
        return new()
        {
            Report = fitted.Evaluate(data),
            Classes =
            [
                .. samples.GroupBy(sample => sample.Label).OrderBy(members => members.Key)
                    .Select(members => new ClassDiagnosis
                    {
                        Label = members.Key,
                        Samples = members.Count(),
                        Errors = members.Count(IsContradicted),
                        MeanProbability = members.Average(sample => sample.Probability),
                    }),
            ],
            Suspects = [.. samples.Where(sample => IsContradicted(sample) && sample.Probability < suspectBelow).OrderBy(sample => sample.Probability)],
        };
    }

    /// <summary>Trains originals, each without one fold of the samples, and evaluates each on that fold.</summary>
    /// <remarks>One temperature for all calibrates their outputs.</remarks>
    /// <param name="original">Makes a new original, from inputs [N, ...] to logits [N, C], with weights from libtorch's generator.</param>
    /// <param name="data">The labeled samples, of as many classes as the original has logits.</param>
    /// <param name="training">How each is trained; <see cref="RecipeSearchOptions.DefaultTraining"/> if not given.</param>
    /// <param name="folds">How many are trained; at least 2, at most the number of samples. The default value is 5.</param>
    /// <param name="seed">Any number; the same one gives the same diagnosis.</param>
    /// <param name="suspectBelow">Below which probability of its label a contradicted sample is a suspect, in [0, 1]. The default value is 0.1.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The diagnosis.</returns>
    /// <exception cref="InvalidOperationException">An original has another number of logits than there are classes.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static DataDiagnosis ByOriginals(
        Func<Module<Tensor, Tensor>> original,
        LabeledSamples data,
        TrainerOptions? training = null,
        int folds = 5,
        int seed = 0,
        double suspectBelow = 0.1,
        CancellationToken cancellationToken = default)
    {
        Require.Present(original);
        TrainerOptions options = OriginalTraining.Several(training ?? OriginalTraining.Default);
        var fitter = new CommitteeFitter(
            "originals", (samples, number) => new OwnedTeacher(OriginalTraining.Fit(original, samples, options, number, cancellationToken)), folds);
        using FittedTeacher fitted = fitter.Fit(data, seed, cancellationToken);
        return Of(fitted, data, suspectBelow);
    }

    /// <summary>Describes the diagnosis in plain words: all samples, and the five classes with the largest share of contradicted labels.</summary>
    /// <returns>Some lines.</returns>
    public string Describe()
    {
        long errors = Classes.Sum(one => one.Errors);
        var text = new StringBuilder(string.Create(
            CultureInfo.InvariantCulture,
            $"On samples that it was not trained on, the model contradicts {errors} of {Report.Samples} labels, "
            + $"of which {Suspects.Count} are suspects (ECE {100 * Report.ExpectedCalibrationError:0.0} %)."));
        foreach (ClassDiagnosis one in Classes.Where(one => one.Errors > 0).OrderByDescending(one => (double)one.Errors / one.Samples).Take(Lines))
        {
            text.AppendLine().Append(FormattableString.Invariant(
                $"class {one.Label}: {one.Errors} of {one.Samples} contradicted, mean probability of the label {one.MeanProbability:0.00}"));
        }

        return text.ToString();
    }

    private static bool IsContradicted(SuspectSample sample) => sample.Predicted != sample.Label;

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(nameof(DataDiagnosis), (nameof(Report), Report), (nameof(Classes), Classes), (nameof(Suspects), Suspects));
}
