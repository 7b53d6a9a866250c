using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Cross-image relations: how similar each place of an image is to the places of another one, as probabilities, for all pairs of images in the batch (CIRKD,
/// its mini-batch part; Yang et al., 2022).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/(N² · P)) Σᵢⱼ Σₚ KL(softmax_q(cos(tᵢₚ, tⱼ_q)/T) ‖ softmax_q(cos(sᵢₚ, sⱼ_q)/T))</c> over pairs of images i and j, i = j among them, and the P places of
/// each, for layers s and t, maps [N, C, H, W] whose channels may differ.
/// </para>
/// <para>
/// The values are those of the authors' code, whose T is 0.1 and whose weight is 1; there is no factor T². It makes (N · P)² numbers: with
/// <see cref="PatchSize"/> places are averaged first, which the authors do with 4 for maps of 256×256 and more. The parts of the paper with a memory of other
/// batches are left out.
/// </para>
/// </remarks>
public sealed class CrossImageRelationLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, a map.</param>
    /// <param name="teacher">The teacher's layer, a map of the same height and width.</param>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 0.1.</param>
    public CrossImageRelationLoss(Feature student, Feature teacher, Schedule? temperature = null)
        : base(student, teacher) => Temperature = Loss.Temperature(temperature ?? 0.1);

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 0.1.</value>
    public Schedule Temperature { get; }

    /// <summary>Gets the height and width of the patches that are averaged to one place.</summary>
    /// <value>Positive. The default value is 1: each place by itself.</value>
    public int PatchSize { get; init => field = Require.Positive(value); } = 1;

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Temperature), Temperature), (nameof(PatchSize), PatchSize)];

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireMapsOfSamePlaces(student, teacher);
        double temperature = Loss.At(Temperature, context.Position);
        Tensor log = LogProbabilities(teacher, temperature);
        return TemperatureSoftmax.Divergence(log, LogProbabilities(student, temperature)).mean();
    }

    // A row for each place and each other image, [N · P · N, P].
    private Tensor LogProbabilities(Tensor map, double temperature)
    {
        Tensor patches = PatchSize == 1 ? map : functional.avg_pool2d(map, PatchSize, PatchSize, ceil_mode: true);
        (long samples, long places) = (patches.size(0), patches.size(2) * patches.size(3));
        Tensor unit = UnitVectors.Of(patches.permute(0, 2, 3, 1).reshape(samples * places, -1), 1);
        return functional.log_softmax(unit.mm(unit.t()).Div(temperature).view(-1, places), 1);
    }
}
