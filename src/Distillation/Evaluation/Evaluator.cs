namespace Distillation.Evaluation;

/// <summary>Measures how well a model does on labeled data.</summary>
public static class Evaluator
{
    /// <summary>Measures a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Samples with labels.</param>
    /// <param name="task">What outputs and labels mean, and the metrics; class ids imply it if not given.</param>
    /// <param name="batchSize">How many samples go through the model at once; positive. It does not change the result beyond rounding.</param>
    /// <param name="device">Where the model is; the batches stay where they are read if not given.</param>
    /// <param name="cancellationToken">Ends the evaluation between two batches.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">
    /// The data is empty or has no labels, the labels do not fit the outputs, or they imply no task and none is given: the message lists the choices.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Some outputs of the model are NaN or infinite: the message has their number, and names the first. Or no row counts.
    /// </exception>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    public static EvaluationReport Evaluate(
        ITeacher model,
        IDataSource data,
        EvaluationTask? task = null,
        int batchSize = 256,
        torch.Device? device = null,
        CancellationToken cancellationToken = default)
    {
        Require.Present(model);
        EvaluationAccumulator? accumulator = null;
        try
        {
            foreach (long start in DataPass.Starts(data, batchSize))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = torch.NewDisposeScope();
                using var noGradient = torch.no_grad();
                Batch batch = DataPass.Read(data, start, batchSize, device);
                _ = MetricInput.RequireLabels(batch);
                Tensor output = model.Predict(batch, FeatureSet.None, cancellationToken).Logits;
                accumulator ??= new(task ?? EvaluationTask.Infer(output, batch, ignoredLabel: null, nameof(task)));
                accumulator.Update(output, batch);
            }

            return accumulator!.Compute();
        }
        finally
        {
            accumulator?.Dispose();
        }
    }

    /// <summary>Finds out the task, and measures a model on one batch, so that data on which nothing can be measured is refused.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Samples with labels.</param>
    /// <param name="task">The task, if it is given.</param>
    /// <param name="ignoredLabel">The id of rows that do not count, of a task that is not given.</param>
    /// <param name="option">What sets the task, for the message.</param>
    /// <param name="batchSize">How many samples the batch has.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="metrics">Metrics beside those of the task.</param>
    /// <exception cref="ArgumentException">The data has no labels, or its labels imply no task or do not fit it.</exception>
    internal static EvaluationTask RequireTask(
        ITeacher model, IDataSource data, EvaluationTask? task, long? ignoredLabel, string option, int batchSize, torch.Device device, params Metric?[] metrics)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Batch batch = DataPass.Read(data, DataPass.Starts(data, batchSize).First(), batchSize, device);
        _ = MetricInput.RequireLabels(batch);
        Tensor output = model.Predict(batch, FeatureSet.None).Logits;
        EvaluationTask found = (task ?? EvaluationTask.Infer(output, batch, ignoredLabel, option)).With([.. metrics.OfType<Metric>()]);
        using var accumulator = new EvaluationAccumulator(found);
        accumulator.Update(output, batch);
        return found;
    }

    /// <summary>Evaluates a student, on its device, for the task that the class ids of the data imply.</summary>
    /// <param name="student">The student.</param>
    /// <param name="data">Samples with labels.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">The data is empty or has no labels, the labels do not fit the outputs, or they imply no task.</exception>
    /// <exception cref="InvalidOperationException">
    /// Some outputs are NaN or infinite: the message has their number, and names the first. Or no row counts.
    /// </exception>
    public static EvaluationReport Evaluate(IStudent student, IDataSource data) => Evaluate(student, data, task: null);

    /// <summary>Evaluates a student, on its device.</summary>
    /// <param name="student">The student.</param>
    /// <param name="data">Samples with labels.</param>
    /// <param name="task">What outputs and labels mean, and the metrics; class ids imply it if not given.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">
    /// The data is empty or has no labels, the labels do not fit the outputs, or they imply no task and none is given: the message lists the choices.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Some outputs are NaN or infinite: the message has their number, and names the first. Or no row counts.
    /// </exception>
    public static EvaluationReport Evaluate(IStudent student, IDataSource data, EvaluationTask? task)
    {
        using ITeacher model = Require.Present(student).AsTeacher();
        return Evaluate(model, data, task, device: ModuleTree.DeviceOf(student.Module));
    }

    /// <summary>Measures outputs that are there already, for the task that class ids imply.</summary>
    /// <param name="output">The outputs, such as logits [N, C].</param>
    /// <param name="labels">The class ids, [N, ...].</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the outputs, or they imply no task.</exception>
    /// <exception cref="InvalidOperationException">
    /// Some outputs are NaN or infinite: the message has their number, and names the first. Or no row counts.
    /// </exception>
    public static EvaluationReport Evaluate(Tensor output, Tensor labels) => Evaluate(output, labels, task: null);

    /// <summary>Measures outputs that are there already.</summary>
    /// <param name="output">The outputs, such as logits [N, C].</param>
    /// <param name="labels">The labels, [N, ...].</param>
    /// <param name="task">What outputs and labels mean, and the metrics; class ids imply it if not given.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">
    /// The labels do not fit the outputs, or they imply no task and none is given: the message lists the choices.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Some outputs are NaN or infinite: the message has their number, and names the first. Or no row counts.
    /// </exception>
    public static EvaluationReport Evaluate(Tensor output, Tensor labels, EvaluationTask? task)
    {
        Require.Present(output);
        Require.Present(labels);
        if (output.dim() == 0 || labels.dim() == 0 || output.size(0) != labels.size(0))
        {
            throw new ArgumentException(
                $"There must be one label for each output, but the outputs are {Shapes.Of(output)} and the labels {Shapes.Of(labels)}.", nameof(labels));
        }

        using var scope = torch.NewDisposeScope();
        var batch = new Batch(output, labels, KeptAliveScalar.Arange(0, labels.size(0)));
        using var accumulator = new EvaluationAccumulator(task ?? EvaluationTask.Infer(output, batch, ignoredLabel: null, nameof(task)));
        accumulator.Update(output, batch);
        return accumulator.Compute();
    }
}
