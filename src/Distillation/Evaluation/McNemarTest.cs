namespace Distillation.Evaluation;

/// <summary>McNemar's exact test (1947): whether two classifiers err equally often on one test set.</summary>
public sealed record McNemarTest
{
    /// <summary>Gets the number of samples that only the first one has right.</summary>
    public required long OnlyFirst { get; init; }

    /// <summary>Gets the number of samples that only the second one has right.</summary>
    public required long OnlySecond { get; init; }

    /// <summary>Gets the probability of a difference as large or larger if both err equally often; two-sided, in (0, 1].</summary>
    public required double PValue { get; init; }

    /// <summary>Compares two classifiers.</summary>
    /// <param name="first">One classifier.</param>
    /// <param name="second">The other one.</param>
    /// <param name="test">Samples with class ids, which neither has learned from.</param>
    /// <param name="batchSize">The number of samples that go through the models at once; positive. The default is 256.</param>
    /// <returns>The test.</returns>
    public static McNemarTest Compare(ITeacher first, ITeacher second, IDataSource test, int batchSize = 256)
    {
        Require.Present(first);
        Require.Present(second);
        (long onlyFirst, long onlySecond) = (0, 0);
        foreach (long start in DataPass.Starts(test, batchSize))
        {
            using var scope = torch.NewDisposeScope();
            Batch batch = DataPass.Read(test, start, batchSize, device: null);
            Tensor labels = batch.RequireLabels();
            Tensor firstIsRight = first.Predict(batch, FeatureSet.None).Logits.argmax(1).eq(labels);
            Tensor secondIsRight = second.Predict(batch, FeatureSet.None).Logits.argmax(1).eq(labels);
            onlyFirst += firstIsRight.logical_and(secondIsRight.logical_not()).sum().item<long>();
            onlySecond += secondIsRight.logical_and(firstIsRight.logical_not()).sum().item<long>();
        }

        return Of(onlyFirst, onlySecond);
    }

    /// <summary>Tests the numbers of samples on which two classifiers differ.</summary>
    /// <param name="onlyFirst">How many only the first one has right; zero or positive.</param>
    /// <param name="onlySecond">How many only the second one has right; zero or positive.</param>
    /// <returns>The test.</returns>
    public static McNemarTest Of(long onlyFirst, long onlySecond)
    {
        long differing = Require.NotNegative(onlyFirst) + Require.NotNegative(onlySecond);

        // Σ C(n, i) / 2ⁿ up to the smaller of both, each term out of the one before.
        double logTerm = -differing * Math.Log(2);
        double sum = Math.Exp(logTerm);
        for (long i = 1; i <= Math.Min(onlyFirst, onlySecond); i++)
        {
            logTerm += Math.Log((double)(differing - i + 1) / i);
            sum += Math.Exp(logTerm);
        }

        return new() { OnlyFirst = onlyFirst, OnlySecond = onlySecond, PValue = Math.Min(1, 2 * sum) };
    }

    /// <summary>Describes the test.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() => $"{OnlyFirst} samples are right with the first model alone, {OnlySecond} with the second alone: "
        + $"p = {Brief.Of(PValue)}.";

    /// <inheritdoc/>
    public override string ToString() =>
        Brief.Of(nameof(McNemarTest), (nameof(OnlyFirst), OnlyFirst), (nameof(OnlySecond), OnlySecond), (nameof(PValue), PValue));
}
