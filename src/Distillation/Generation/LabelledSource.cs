using static TorchSharp.torch.nn;

namespace Distillation.Generation;

/// <summary>Data with a teacher's probabilities as labels.</summary>
internal sealed class LabelledSource(IDataSource data, ITeacher teacher, LabellingOptions options) : IDataSource
{
    public long Count => data.Count;

    public Batch Read(Tensor indices)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Batch batch = data.Read(indices);
        Tensor logits = teacher.Predict(batch, FeatureSet.None).Logits;
        Tensor said = functional.softmax(logits / options.Temperature, 1).to(batch.Inputs.dtype);
        Tensor labels = options.KnownShare > 0 && batch.Labels is { } known ? Blend(said, known) : said;
        return new Batch(batch.Inputs.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope(), indices);
    }

    // A known label of zeros is none, one that does not add up to 1 is known in part: the teacher says the rest.
    private Tensor Blend(Tensor said, Tensor known)
    {
        Tensor probabilities = known.dim() == 1 ? functional.one_hot(known.to(torch.ScalarType.Int64), said.size(1)).to(said.dtype) : known.to(said.dtype);
        Tensor shares = probabilities * options.KnownShare;
        return said.mul(1 - shares.sum(1, keepdim: true)).add_(shares);
    }
}
