using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>Compares two models by what each sample costs: the squared error of targets, or the negative log-likelihood of several labels.</summary>
internal static class SampleErrors
{
    private const int BatchSize = 512;
    private const int Resamples = 2_000;

    /// <summary>Compares them; the differences are those of the second less those of the first.</summary>
    public static PairedComparison Compare(ITeacher first, ITeacher second, IDataSource test, TaskRules rules, CancellationToken cancellationToken) =>
        PairedComparison.Of(Of(first, test, rules, cancellationToken), Of(second, test, rules, cancellationToken), resamples: Resamples);

    private static double[] Of(ITeacher model, IDataSource test, TaskRules rules, CancellationToken cancellationToken)
    {
        var costs = new List<double>();
        foreach (long start in DataPass.Starts(test, BatchSize))
        {
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            Batch batch = DataPass.Read(test, start, BatchSize, device: null);
            Tensor outputs = model.Predict(batch, FeatureSet.None, cancellationToken).Logits.to(torch.ScalarType.Float64);
            Tensor truth = batch.RequireLabels().to(torch.ScalarType.Float64).reshape(outputs.shape);
            costs.AddRange(rules.Costs(outputs, truth).cpu().data<double>().ToArray());
        }

        return [.. costs];
    }
}
