namespace Distillation.Evaluation;

/// <summary>Measures how well a classifier does on labeled data.</summary>
public static class Evaluator
{
    /// <summary>Measures a model.</summary>
    /// <param name="model">The model, logits [N, C].</param>
    /// <param name="data">Samples with labels: class ids [N], or probabilities [N, C], of which the largest is taken as the class.</param>
    /// <param name="batchSize">How many samples go through the model at once; positive. It does not change the result beyond rounding.</param>
    /// <param name="device">Where the model is; the batches stay where they are read if not given.</param>
    /// <param name="cancellationToken">Ends the evaluation between two batches.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">The data is empty, or its labels do not fit the logits.</exception>
    /// <exception cref="InvalidOperationException">
    /// The data has no labels, or some outputs of the model are NaN or infinite: the message has their number, and names the first.
    /// </exception>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    public static EvaluationReport Evaluate(
        ITeacher model, IDataSource data, int batchSize = 256, torch.Device? device = null, CancellationToken cancellationToken = default)
    {
        Require.Present(model);
        using var accumulator = new ClassificationAccumulator();
        foreach (long start in DataPass.Starts(data, batchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            Batch batch = DataPass.Read(data, start, batchSize, device);
            accumulator.Add(model.Predict(batch, FeatureSet.None, cancellationToken).Logits, batch);
        }

        return accumulator.Report();
    }

    /// <summary>Evaluates a student, on its device.</summary>
    /// <param name="student">The student, logits [N, C].</param>
    /// <param name="data">Samples with labels: class ids [N], or probabilities [N, C], of which the largest is the class.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">The data is empty, or its labels do not fit the logits.</exception>
    /// <exception cref="InvalidOperationException">
    /// The data has no labels, or some logits are NaN or infinite: the message has their number, and names the first.
    /// </exception>
    public static EvaluationReport Evaluate(IStudent student, IDataSource data)
    {
        using ITeacher model = Require.Present(student).AsTeacher();
        return Evaluate(model, data, device: ModuleTree.DeviceOf(student.Module));
    }

    /// <summary>Measures logits that are there already.</summary>
    /// <param name="logits">[N, C].</param>
    /// <param name="labels">Class ids [N], or probabilities [N, C], of which the largest is taken as the class.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the logits.</exception>
    /// <exception cref="InvalidOperationException">Some logits are NaN or infinite: the message has their number, and names the first.</exception>
    public static EvaluationReport Evaluate(Tensor logits, Tensor labels)
    {
        Require.Present(logits);
        Require.Present(labels);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using var accumulator = new ClassificationAccumulator();
        accumulator.Add(logits, new Batch(logits, labels, KeptAliveScalar.Arange(0, labels.size(0))));
        return accumulator.Report();
    }
}
