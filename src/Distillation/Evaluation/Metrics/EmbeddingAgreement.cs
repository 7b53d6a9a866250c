namespace Distillation.Evaluation;

/// <summary>The mean cosine similarity of embeddings and those of a reference, which are in the place of labels.</summary>
internal sealed class EmbeddingAgreement : Metric
{
    public override string Name => "CosineSimilarity";

    public override bool HigherIsBetter => true;

    public override Tensor Measure(MetricInput input) =>
        Shares.State(torch.nn.functional.cosine_similarity(input.Targets.Predictions, input.Targets.Targets, 1));

    public override double Compute(Tensor state) => Shares.Of(state);
}
