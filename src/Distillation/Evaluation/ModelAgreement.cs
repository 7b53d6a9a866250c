namespace Distillation.Evaluation;

/// <summary>Measures how far the outputs of one model agree with those of another.</summary>
/// <remarks>
/// For classes (rows are samples, tokens or pixels) and for several labels: <c>Agreement</c>, <c>KullbackLeibler</c>, <c>TotalVariation</c>. For a regression
/// the metrics of <see cref="EvaluationTask.Regression"/> with the reference's outputs as targets. For embeddings of one size <c>CosineSimilarity</c>.
/// </remarks>
public static class ModelAgreement
{
    /// <summary>Compares two models.</summary>
    /// <param name="reference">The one to be followed, such as the teacher.</param>
    /// <param name="model">The other, such as <c>student.AsTeacher()</c>; outputs of the same shape.</param>
    /// <param name="data">The samples. Labels are not needed where the task is given.</param>
    /// <param name="task">What the outputs mean; class ids imply it if not given.</param>
    /// <param name="batchSize">How many samples go through the models at once; positive. It does not change the result beyond rounding.</param>
    /// <param name="device">Where the models are; the batches stay where they are read if not given.</param>
    /// <param name="cancellationToken">Ends the comparison between two batches.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">The data is empty, its labels imply no task and none is given, or the task is one of metrics alone.</exception>
    /// <exception cref="InvalidOperationException">The outputs of the models differ in shape, or some are NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The comparison was canceled.</exception>
    public static AgreementReport Compare(
        ITeacher reference,
        ITeacher model,
        IDataSource data,
        EvaluationTask? task = null,
        int batchSize = 256,
        torch.Device? device = null,
        CancellationToken cancellationToken = default)
    {
        Require.Present(reference);
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
                Tensor followed = reference.Predict(batch, FeatureSet.None, cancellationToken).Logits;
                Tensor output = model.Predict(batch, FeatureSet.None, cancellationToken).Logits;
                RequireSameShape(followed, output);
                accumulator ??= new(ForAgreement(task ?? EvaluationTask.Infer(output, batch, ignoredLabel: null, nameof(task)), output));
                accumulator.UpdateAgainst(followed, output, batch);
            }

            EvaluationReport report = accumulator!.Compute();
            return new() { Task = report.Task, Samples = report.Samples, Metrics = report.Metrics };
        }
        finally
        {
            accumulator?.Dispose();
        }
    }

    private static EvaluationTask ForAgreement(EvaluationTask task, Tensor output)
    {
        if (task.Kind == TaskKind.Classes && OutputRows.Of(output).size(1) < 2)
        {
            throw new ArgumentException(
                $"Classes need at least two outputs, but the models' output is {Shapes.Of(output)}. For one number there is the task Regression, for one "
                + "label, present or not, MultiLabel.",
                nameof(task));
        }

        return task.WithoutDetails(task.Kind switch
        {
            TaskKind.Classes => AgreementMetric.OfClasses,
            TaskKind.Presence => AgreementMetric.OfLabels,
            TaskKind.Targets => EvaluationTask.Regression.Metrics,
            TaskKind.Embeddings => AgreementMetric.OfEmbeddings,
            _ => throw new ArgumentException($"Two models are compared for one of the library's own tasks, but the task is {task}.", nameof(task)),
        });
    }

    private static void RequireSameShape(Tensor reference, Tensor model)
    {
        if (!Shapes.Same(reference, model))
        {
            throw new InvalidOperationException(
                $"Models are compared by outputs of one shape, but the reference's is {Shapes.Of(reference)} and the model's {Shapes.Of(model)}.");
        }
    }
}
