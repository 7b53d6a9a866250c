using System.Runtime.InteropServices;

namespace Distillation.Losses;

/// <summary>
/// Self-distillation from the previous batch, without a teacher: a sample that was in the batch before has the probabilities that it had there (DLB; Shen et
/// al., 2022). The order is <see cref="SampleOrder.Overlapping"/>.
/// </summary>
/// <remarks>
/// <para>
/// <c>T² · (1/N) Σₙ KL(softmax(mₙ/T) ‖ softmax(sₙ/T))</c> over the samples of the batch that were in the one before, where m are the student's logits of that
/// batch, a constant; for student logits s, [N, C]. The other samples have the value 0. The loss remembers [samples, C] logits, which checkpoints have.
/// </para>
/// <para>
/// Notes: in the authors' code the mean is over the samples that are seen again, half of the batch: their weight α is 2α here. They run both halves one after
/// the other, each with a view of its own; here a batch has both halves, and <see cref="TrainerOptions.Augmentation"/> gives a sample one view an epoch. The
/// code leaves T and α to the caller; it stands beside <see cref="HardLabelLoss"/>.
/// </para>
/// </remarks>
public sealed class PreviousBatchLoss : IDistillationLoss
{
    private readonly long _samples;
    private Memory? _memory;

    /// <summary>Creates the loss.</summary>
    /// <param name="samples">The number of samples of the training data; positive.</param>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 3.</param>
    public PreviousBatchLoss(long samples, Schedule? temperature = null)
    {
        _samples = Require.Positive(samples);
        Temperature = Loss.Temperature(temperature ?? 3);
    }

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 3.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    /// <value>What is remembered, once <see cref="Prepare"/> has made it.</value>
    public torch.nn.Module? Module => _memory;

    /// <inheritdoc/>
    /// <value><see langword="true"/>: a sample of one part of a batch may have been in another part of the one before.</value>
    public bool ComparesSamples => true;

    bool IDistillationLoss.NeedsOverlap => true;

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [("Samples", _samples), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The logits are not [N, C], of two classes at least.</exception>
    public void Prepare(DistillationContext sample)
    {
        Tensor logits = Require.Present(sample).Student.Logits;
        if (logits.dim() != 2 || logits.size(1) < 2)
        {
            throw new InvalidOperationException(
                $"{nameof(PreviousBatchLoss)} needs logits [N, C], one row a sample, of two classes at least, but they are {Shapes.Of(logits)}.");
        }

        _memory ??= new Memory(_samples, Loss.Widen(logits));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loss was made for another number of samples, or is not prepared.</exception>
    public Tensor Compute(DistillationContext context)
    {
        Memory memory = _memory ?? throw new InvalidOperationException(
            $"The memory of {nameof(PreviousBatchLoss)} is sized by the first batch: call {nameof(Prepare)} before {nameof(Compute)}.");
        LogitRows rows = LogitRows.Of(Require.Present(context), ignoredLabel: null);
        Tensor indices = rows.Batch.Indices.to(rows.Student.device);
        double temperature = Loss.At(Temperature, rows.Position);
        try
        {
            (Tensor target, Tensor wasThere) = memory.Recall(indices, rows.Student.detach(), rows.Position.Step);
            if (rows.Student.requires_grad)
            {
                memory.Remember(indices, rows.Student.detach(), rows.Position.Step);
            }

            Tensor divergence = TemperatureSoftmax.Divergence(
                TemperatureSoftmax.Log(target, temperature), TemperatureSoftmax.Log(rows.Student, temperature));
            return rows.Mean(divergence * wasThere).Mul(temperature * temperature);
        }
        catch (ExternalException native) when (SampleNumbers.Explain(indices, _samples, native) is { } explained)
        {
            throw explained;
        }
    }

    /// <inheritdoc/>
    /// <returns>The number of samples that the mask does not rule out; <see langword="null"/> where it cannot.</returns>
    public Tensor? GetWeight(Batch batch, ModelOutput student) => RowWeights.Of(batch, student, ignoredLabel: null);

    private sealed class Memory : torch.nn.Module
    {
        private readonly Tensor _logits;

        // The step after the one in which the sample was seen; 0 for one that was not.
        private readonly Tensor _next;

        public Memory(long samples, Tensor logits)
            : base(nameof(PreviousBatchLoss))
        {
            _logits = torch.zeros([samples, logits.size(1)], logits.dtype, logits.device).DetachFromDisposeScope();
            _next = torch.zeros([samples], torch.ScalarType.Int64, logits.device).DetachFromDisposeScope();
            RegisterComponents();
        }

        // A sample that was not in the batch before is its own target, for a logit of −∞ in one of two is an infinite divergence.
        public (Tensor Logits, Tensor WasThere) Recall(Tensor indices, Tensor logits, long step)
        {
            Tensor wasThere = _next.index_select(0, indices).Eq(Math.Max(1, step));
            return (torch.where(wasThere.unsqueeze(1), _logits.index_select(0, indices), logits), wasThere.to(logits.dtype));
        }

        public void Remember(Tensor indices, Tensor logits, long step)
        {
            _logits.index_copy_(0, indices, logits);
            _next.IndexFillInPlace(0, indices, step + 1);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _logits.Dispose();
                _next.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
