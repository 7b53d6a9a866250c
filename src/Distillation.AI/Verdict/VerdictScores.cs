using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>Scores systems against human labels, and the student against its teacher.</summary>
internal static class VerdictScores
{
    public static SystemScore Of(VerdictInput.Member member, VerdictInput input, double level)
    {
        int right = member.Ids.Zip(input.Actual).Count(pair => pair.First == pair.Second);
        EvaluationReport? report = member.System.Probabilities is { } probabilities ? Evaluate(probabilities, input.Actual) : null;
        return new()
        {
            Name = member.System.Name,
            Role = member.System.Role,
            Accuracy = (double)right / input.Actual.Length,
            AccuracyInterval = BinomialDistribution.Interval(right, input.Actual.Length, level),
            MacroF1 = PairedLabels.MacroF1(input.Actual, member.Ids, input.Names.Count),
            ExpectedCalibrationError = report?.ExpectedCalibrationError,
            NegativeLogLikelihood = report?.NegativeLogLikelihood,
            CostPerMillion = member.System.CostPerMillion,
            FixedCost = member.System.FixedCost,
            Latency = member.System.Latency,
        };
    }

    public static IReadOnlyList<ClassAgreement> Agreement(VerdictInput input, double level) =>
    [
        .. input.Names.Select((name, label) =>
        {
            int[] texts = [.. Enumerable.Range(0, input.Actual.Length).Where(text => input.Teacher.Ids[text] == label)];
            int agreed = texts.Count(text => input.Student.Ids[text] == label);
            return new ClassAgreement
            {
                Label = name,
                Texts = texts.Length,
                Agreed = agreed,
                Interval = BinomialDistribution.Interval(agreed, texts.Length, level),
            };
        }),
    ];

    // The logarithms of probabilities are logits whose softmax they are.
    private static EvaluationReport Evaluate(IReadOnlyList<IReadOnlyList<double>> probabilities, int[] actual)
    {
        using var scope = torch.NewDisposeScope();
        double[] logits = [.. probabilities.SelectMany(row => row.Select(one => Math.Log(one)))];
        long[] labels = [.. actual.Select(id => (long)id)];
        return Evaluator.Evaluate(torch.tensor(logits, [actual.Length, logits.Length / actual.Length]), torch.tensor(labels), EvaluationTask.Classification);
    }
}
