using Distillation.Evaluation;

namespace Distillation.Training;

/// <summary>
/// Evaluates a model on several ranks: batch b runs on rank b mod count, the outputs go to rank 0, and rank 0 computes the metrics of all of them in their
/// order. The report has the bits of that of one process.
/// </summary>
/// <param name="group">The ranks.</param>
/// <param name="stop">What ends the evaluation between two batches, on all ranks alike.</param>
/// <param name="data">Samples with labels.</param>
/// <param name="batchSize">The number of samples in a batch; positive.</param>
/// <param name="device">Where the model is.</param>
internal sealed class SharedEvaluation(RankGroup group, StopSignal stop, IDataSource data, int batchSize, torch.Device device)
{
    private const int MaxDimensions = 8;

    // Type, number of dimensions, dimensions.
    private const int ShapeNumbers = MaxDimensions + 2;

    /// <summary>Evaluates a model.</summary>
    /// <returns>The report on rank 0; <see langword="null"/> on the others.</returns>
    /// <exception cref="OperationCanceledException">The run was canceled, on this rank or on another one.</exception>
    /// <exception cref="RankFailedException">Another rank failed.</exception>
    public EvaluationReport? Run(ITeacher model, EvaluationTask task)
    {
        using EvaluationAccumulator? accumulator = group.IsFirst ? new(task) : null;
        long[] starts = [.. DataPass.Starts(data, batchSize)];
        for (int first = 0; first < starts.Length; first += group.Count)
        {
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            long[] round = starts[first..Math.Min(starts.Length, first + group.Count)];
            Tensor[] outputs = Collect(model, round);
            group.Together(() =>
            {
                for (int i = 0; i < round.Length && accumulator is not null; i++)
                {
                    accumulator.Update(outputs[i].to(device), DataPass.Read(data, round[i], batchSize, device));
                }
            });
        }

        EvaluationReport? report = null;
        group.Together(() => report = accumulator?.Compute());
        return report;
    }

    private Tensor[] Collect(ITeacher model, long[] round)
    {
        Exception? failure = null;
        Tensor? own = null;
        try
        {
            own = group.Rank < round.Length ? Predict(model, round[group.Rank]) : null;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // All ranks learn of it with the shapes.
        }
#pragma warning disable CA1031 // Whatever it is, it is thrown once all ranks know of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        double[] shapes = ExchangeShapes(own, failure);
        var outputs = new Tensor[round.Length];
        for (int rank = 0; rank < round.Length; rank++)
        {
            ReadOnlySpan<double> shape = shapes.AsSpan(rank * ShapeNumbers, ShapeNumbers);
            torch.ScalarType dtype = shape[0] > 0 ? torch.ScalarType.Float64 : torch.ScalarType.Float32;
            long[] sizes = Array.ConvertAll(shape.Slice(2, (int)shape[1]).ToArray(), size => (long)size);
            Tensor values = own is not null && rank == group.Rank ? own.to(dtype).cpu().contiguous() : torch.zeros(sizes, dtype);
            group.Sum(values.view(-1));
            outputs[rank] = values;
        }

        return outputs;
    }

    private Tensor Predict(ITeacher model, long start)
    {
        Tensor output = model.Predict(DataPass.Read(data, start, batchSize, device), FeatureSet.None, stop.Token).Logits;
        return output.dim() <= MaxDimensions
            ? output.clone()
            : throw new NotSupportedException($"On several ranks an output must have at most {MaxDimensions} dimensions, but is {Shapes.Of(output)}.");
    }

    private double[] ExchangeShapes(Tensor? own, Exception? failure)
    {
        int failures = group.Count * ShapeNumbers;
        double[] numbers = new double[failures + group.Count + 2];
        if (own is not null)
        {
            int at = group.Rank * ShapeNumbers;
            (numbers[at], numbers[at + 1]) = (own.dtype == torch.ScalarType.Float64 ? 1 : 0, own.dim());
            own.shape.Select(size => (double)size).ToArray().CopyTo(numbers, at + 2);
        }

        numbers[failures + group.Rank] = failure is null ? 0 : 1;
        (numbers[^2], numbers[^1]) = stop.Own;
        using Tensor exchanged = torch.tensor(numbers);
        group.Sum(exchanged);
        double[] all = exchanged.data<double>().ToArray();
        group.RequireSuccess(all.AsSpan(failures, group.Count), failure);
        stop.Agree(all[^2], all[^1]);
        return stop.IsSet ? throw new OperationCanceledException("The run was canceled during a validation.") : all;
    }
}
