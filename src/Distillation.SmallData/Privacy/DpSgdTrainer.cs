using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>
/// Trains a model on class ids with differential privacy: stochastic gradient descent on clipped, noisy gradients (DP-SGD; Abadi et al., 2016).
/// </summary>
/// <remarks>
/// <para>
/// Each update draws each sample with probability q = B/N, scales the gradient g of each drawn sample by <c>min(1, C/‖g‖)</c>, adds noise N(0, σ²C²) to the
/// sum, and divides by the expected number B, whatever was drawn, as Opacus does. Nothing but the weights and the sampling rate is released; with the number N
/// public, the result is (ε, δ)-differentially private for adding or removing one sample.
/// </para>
/// <para>
/// Samples run one at a time: the time grows with the number of drawn samples, and a network of two layers takes some tenths of a millisecond for each. Batch
/// normalization is refused. Random numbers come from a generator that is not made for cryptography.
/// </para>
/// </remarks>
public sealed class DpSgdTrainer
{
    private readonly DpSgdOptions _options;

    /// <summary>Creates the trainer.</summary>
    /// <param name="options">The options; the defaults if not given.</param>
    public DpSgdTrainer(DpSgdOptions? options = null) => _options = options ?? new DpSgdOptions();

    /// <summary>Trains a model.</summary>
    /// <param name="model">From inputs [N, ...] to logits [N, C]; it is changed, runs in training mode, and has the modes of before at the end.</param>
    /// <param name="samples">Inputs of one shape and class ids [N].</param>
    /// <param name="cancellationToken">Cancels the training between two updates. The weights are then those of the last one.</param>
    /// <returns>What was done, and the privacy loss.</returns>
    /// <exception cref="ArgumentException">There are fewer samples than <see cref="DpSgdOptions.BatchSize"/>.</exception>
    /// <exception cref="InvalidOperationException">The model mixes samples, has nothing to train, or a gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public DpSgdResult Fit(Module<Tensor, Tensor> model, IDataSource samples, CancellationToken cancellationToken = default)
    {
        Require.Present(model);
        if (Require.Present(samples).Count < _options.BatchSize)
        {
            throw new ArgumentException(
                $"{nameof(DpSgdOptions.BatchSize)} must be at most the number of samples, {samples.Count}, but is {_options.BatchSize}.", nameof(samples));
        }

        using var modes = new ModuleModes(model);
        model.train();
        using var gradients = torch.enable_grad();
        using var sums = new SampleGradients(model);
        Tensor[] velocities = [.. sums.Parameters.Select(parameter => torch.zeros_like(parameter, requires_grad: false).DetachFromDisposeScope())];
        try
        {
            return Fit(sums, velocities, samples, cancellationToken);
        }
        finally
        {
            Array.ForEach(velocities, velocity => velocity.Dispose());
        }
    }

    private DpSgdResult Fit(SampleGradients sums, Tensor[] velocities, IDataSource samples, CancellationToken cancellationToken)
    {
        double rate = (double)_options.BatchSize / samples.Count;
        var accountant = new RdpAccountant();
        accountant.Add(_options.NoiseMultiplier, rate, _options.Steps);
        long all = 0;
        var last = new List<double>();
        for (int step = 0; step < _options.Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            var random = new SplitMix64(SplitMix64.Mix(_options.Seed, step));
            long[] drawn = Draw(samples.Count, rate, ref random);
            sums.Clear();
            if (drawn.Length > 0)
            {
                List<double> losses = AddGradients(sums, samples, drawn);
                if (step >= _options.Steps - Math.Max(1, _options.Steps / 10))
                {
                    last.AddRange(losses);
                }
            }

            all += drawn.Length;
            Update(sums, velocities, _options.LearningRate.At(new(0, step, _options.Steps, 0)), random.Next());
        }

        return new()
        {
            Steps = _options.Steps,
            SamplingRate = rate,
            NoiseMultiplier = _options.NoiseMultiplier,
            Epsilon = accountant.Epsilon(_options.Delta),
            Delta = _options.Delta,
            ClippedShare = all == 0 ? 0 : (double)sums.Clipped / all,
            Loss = last.Count == 0 ? 0 : last.Average(),
        };
    }

    private static long[] Draw(long count, double rate, ref SplitMix64 random)
    {
        var drawn = new List<long>();
        for (long number = 0; number < count; number++)
        {
            if (random.NextUniform() < rate)
            {
                drawn.Add(number);
            }
        }

        return [.. drawn];
    }

    private List<double> AddGradients(SampleGradients sums, IDataSource samples, long[] drawn)
    {
        Batch batch = samples.Read(torch.tensor(drawn));
        Tensor labels = batch.RequireLabels();
        var losses = new List<double>();
        for (int row = 0; row < drawn.Length; row++)
        {
            losses.Add(sums.Add(batch.Inputs.narrow(0, row, 1), labels.narrow(0, row, 1), _options.ClipNorm));
        }

        return losses;
    }

    private void Update(SampleGradients sums, Tensor[] velocities, double learningRate, ulong seed)
    {
        using var noGradient = torch.no_grad();
        using var generator = new torch.Generator(seed);
        for (int i = 0; i < velocities.Length; i++)
        {
            Tensor gradient = sums.Sums[i];
            if (_options.NoiseMultiplier > 0)
            {
                Tensor noise = torch.randn(gradient.shape, gradient.dtype, torch.CPU, generator: generator).to(gradient.device);
                gradient.AddInPlace(noise, _options.NoiseMultiplier * _options.ClipNorm);
            }

            velocities[i].MulInPlace(_options.Momentum).AddInPlace(gradient, 1.0 / _options.BatchSize);
            sums.Parameters[i].AddInPlace(velocities[i], -learningRate);
        }
    }
}
