using System.Globalization;
using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>How much better than chance the losses of a shared model tell its training samples from others.</summary>
/// <remarks>
/// <para>
/// The attack takes a sample for a member if its cross entropy is at most the mean of the training samples' one, which is published or guessed. Its advantage
/// is the share of members that it takes for members, less the share of other samples. Yeom et al., "Privacy Risk in Machine Learning: Analyzing the Connection
/// to Overfitting", 2018.
/// </para>
/// <para>An advantage of 0 is no proof of privacy: stronger attacks exist. A large one is a proof of the contrary.</para>
/// </remarks>
public sealed record MembershipAdvantage
{
    /// <summary>Gets the mean cross entropy of the training samples, which is the threshold.</summary>
    public required double Threshold { get; init; }

    /// <summary>Gets the share of training samples that the attack takes for members.</summary>
    public required double TruePositiveRate { get; init; }

    /// <summary>Gets the share of other samples that the attack takes for members.</summary>
    public required double FalsePositiveRate { get; init; }

    /// <summary>Gets the advantage of the attack.</summary>
    /// <value>In [−1, 1]: 0 for chance, 1 where every sample is recognized.</value>
    public double Advantage => TruePositiveRate - FalsePositiveRate;

    /// <summary>Measures a model.</summary>
    /// <param name="model">The model, with logits [N, C].</param>
    /// <param name="members">Samples that it has learned from, with class ids [N] as labels.</param>
    /// <param name="others">Samples of the same kind that it has not learned from, with class ids.</param>
    /// <returns>The measurement.</returns>
    /// <exception cref="ArgumentException">There are no samples.</exception>
    /// <exception cref="InvalidOperationException">The samples have no labels.</exception>
    public static MembershipAdvantage Measure(ITeacher model, IDataSource members, IDataSource others)
    {
        Require.Present(model);
        double[] known = Losses(model, members);
        double[] unknown = Losses(model, others);
        double threshold = known.Average();
        return new()
        {
            Threshold = threshold,
            TruePositiveRate = ShareBelow(known, threshold),
            FalsePositiveRate = ShareBelow(unknown, threshold),
        };
    }

    /// <summary>Describes the measurement.</summary>
    /// <returns>A line, with 4 significant digits.</returns>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"membership advantage {Advantage:G4}: {100 * TruePositiveRate:G4} % of the training samples and {100 * FalsePositiveRate:G4} % of others "
        + $"have a loss of at most {Threshold:G4}");

    private static double ShareBelow(double[] losses, double threshold) => (double)losses.Count(loss => loss <= threshold) / losses.Length;

    private static double[] Losses(ITeacher model, IDataSource samples)
    {
        var losses = new List<double>();
        foreach (long start in DataPass.Starts(samples, 256))
        {
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            Batch batch = DataPass.Read(samples, start, 256, device: null);
            Tensor logits = model.Predict(batch, FeatureSet.None).Logits.to(torch.ScalarType.Float64);
            Tensor loss = torch.nn.functional.cross_entropy(logits, batch.RequireLabels(), reduction: torch.nn.Reduction.None);
            losses.AddRange(loss.cpu().data<double>().ToArray());
        }

        return [.. losses];
    }
}
