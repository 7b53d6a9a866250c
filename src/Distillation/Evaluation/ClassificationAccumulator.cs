using System.Collections.Immutable;
using static TorchSharp.torch.nn;

namespace Distillation.Evaluation;

/// <summary>Adds up, on the device, all that a report of a classifier needs. Sums are in float64, so that the size of the batches does not show.</summary>
internal sealed class ClassificationAccumulator : IDisposable
{
    private const int Bins = 15;

    private long _samples;
    private long _classes;
    private long _unanswered;
    private long _firstUnanswered;
    private Tensor? _sums;       // [2]: negative log-likelihood, Brier
    private Tensor? _bins;       // [3, Bins]: samples, hits, confidence
    private Tensor? _confusion;  // [C * C]
    private Tensor? _ranks;      // [C]

    public void Add(Tensor logits, Batch batch)
    {
        (Tensor classes, Tensor target) = Targets(logits, batch);
        Begin(logits);
        Tensor log = functional.log_softmax(logits.to(torch.ScalarType.Float64), 1);
        if (HasUnanswered(log, batch))
        {
            return;
        }

        Tensor probabilities = log.exp();
        (Tensor confidence, Tensor predicted) = torch.max(probabilities, 1);
        Tensor own = logits.gather(1, classes.unsqueeze(1));

        // 0 · log 0 is 0: a class that the target rules out may have no probability.
        Tensor cost = torch.where(target.Eq(0), torch.zeros_like(log), target * log).sum(1).neg();
        _ = _sums!.AddInPlace(torch.stack([cost.sum(), (probabilities - target).Square().sum()]));

        // (low, high]: the bin of an upper edge is the one below it.
        Tensor bin = confidence.Mul(Bins).ceil().Sub(1).ClampInPlace(0, Bins - 1).to(torch.ScalarType.Int64);
        Tensor hit = predicted.eq(classes).to(torch.ScalarType.Float64);
        _ = _bins!.IndexAddInPlace(1, bin, torch.stack([torch.ones_like(hit), hit, confidence]));
        Tensor ones = torch.ones_like(classes);
        _ = _confusion!.IndexAddInPlace(0, classes.Mul(_classes).AddInPlace(predicted), ones);
        Tensor earlier = KeptAliveScalar.Arange(0, _classes, torch.ScalarType.Int64, logits.device).unsqueeze(0).less(classes.unsqueeze(1));
        Tensor beaten = logits.greater(own).logical_or(logits.eq(own).logical_and(earlier)).sum(1);
        _ = _ranks!.IndexAddInPlace(0, beaten, ones);
        _samples += logits.size(0);
    }

    /// <exception cref="InvalidOperationException">The model gave no probabilities for some samples.</exception>
    public EvaluationReport Report()
    {
        if (_unanswered > 0)
        {
            throw new InvalidOperationException(
                $"The model gave logits without probabilities (NaN or infinity) for {_unanswered} of {_samples} samples, "
                + $"the first of them sample {_firstUnanswered}. Look at its weights, and at the inputs of that sample.");
        }

        using var scope = torch.NewDisposeScope();
        double[] sums = [.. _sums!.cpu().data<double>()];
        double[] bins = [.. _bins!.cpu().data<double>()];
        long[] counts = [.. _confusion!.cpu().data<long>()];
        long[] ranks = [.. _ranks!.cpu().data<long>()];
        var confusion = new ConfusionMatrix(counts, (int)_classes);
        int[] occurring = [.. Enumerable.Range(0, (int)_classes).Where(confusion.Occurs)];
        return new EvaluationReport
        {
            Samples = _samples,
            Accuracy = (double)Enumerable.Range(0, (int)_classes).Sum(label => confusion[label, label]) / _samples,
            NegativeLogLikelihood = sums[0] / _samples,
            BrierScore = sums[1] / _samples,
            ExpectedCalibrationError = Enumerable.Range(0, Bins).Sum(bin => Math.Abs(bins[Bins + bin] - bins[(2 * Bins) + bin])) / _samples,
            MacroF1 = occurring.Average(confusion.F1),
            Confusion = confusion,
            Ranks = ImmutableArray.Create(ranks),
        };
    }

    public void Dispose()
    {
        _sums?.Dispose();
        _bins?.Dispose();
        _confusion?.Dispose();
        _ranks?.Dispose();
    }

    private static (Tensor Classes, Tensor Target) Targets(Tensor logits, Batch batch)
    {
        Tensor labels = batch.Labels ?? throw new InvalidOperationException(
            "An evaluation needs labels, and the data that it is made on has none. Give that data labels, or leave validation out.");
        if (logits.dim() != 2)
        {
            throw new ArgumentException($"A classifier is measured by logits [N, C], but the model gave {Shapes.Of(logits)}.", nameof(logits));
        }

        if (torch.is_floating_point(labels) && Shapes.Same(labels, logits))
        {
            return (labels.argmax(1), labels.to(torch.ScalarType.Float64));
        }

        if (labels.dim() != 1 || !torch.is_integral(labels))
        {
            throw new ArgumentException(
                $"Labels must be class ids [N] of an integer type, or probabilities {Shapes.Of(logits)}, but are {Shapes.Of(labels)} {labels.dtype}.",
                nameof(batch));
        }

        Tensor classes = labels.to(torch.ScalarType.Int64);
        Tensor wrong = classes.less(0).logical_or(classes.greater_equal(logits.size(1)));
        if (wrong.any().item<bool>())
        {
            long at = wrong.to(torch.ScalarType.Int64).argmax().item<long>();
            throw new ArgumentException(
                $"Class ids must be in [0, {logits.size(1) - 1}], but sample {batch.Indices[at].item<long>()} has {classes[at].item<long>()}.", nameof(batch));
        }

        return (classes, functional.one_hot(classes, logits.size(1)).to(torch.ScalarType.Float64));
    }

    // What is not a number belongs to no class and no bin. Others are still counted, so that the message can have their number.
    private bool HasUnanswered(Tensor log, Batch batch)
    {
        Tensor rows = log.isnan().any(1);
        long count = rows.sum().item<long>();
        if (count == 0)
        {
            return false;
        }

        if (_unanswered == 0)
        {
            _firstUnanswered = batch.Indices[rows.to(torch.ScalarType.Int64).argmax().item<long>()].item<long>();
        }

        _unanswered += count;
        _samples += log.size(0);
        return true;
    }

    private void Begin(Tensor logits)
    {
        if (_sums is null)
        {
            _classes = logits.size(1);
            _sums = Zeros(torch.ScalarType.Float64, 2);
            _bins = Zeros(torch.ScalarType.Float64, 3, Bins);
            _confusion = Zeros(torch.ScalarType.Int64, _classes * _classes);
            _ranks = Zeros(torch.ScalarType.Int64, _classes);
        }
        else if (_classes != logits.size(1))
        {
            throw new InvalidOperationException(
                $"A model must give the same number of classes for every batch, but gave {_classes} and then {logits.size(1)}.");
        }

        Tensor Zeros(torch.ScalarType type, params long[] shape) => torch.zeros(shape, type, logits.device).DetachFromDisposeScope();
    }
}
