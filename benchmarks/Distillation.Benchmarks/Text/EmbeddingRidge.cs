using Distillation.SmallData;

namespace Distillation.Benchmarks.Text;

/// <summary>A teacher of texts: kernel ridge regression on sentence vectors.</summary>
internal sealed class EmbeddingRidge : IDisposable
{
    private readonly FittedTeacher _fitted;

    public EmbeddingRidge(IReadOnlyList<float[]> vectors, IReadOnlyList<long> labels, int classes, int seed)
    {
        using TensorData data = TensorData.FromRows(vectors, labels);
        using var samples = new LabeledSamples(data, classes);
        _fitted = new KernelRidge().Fit(samples, seed);
    }

    /// <summary>Computes the probabilities of the classes, a row for each vector.</summary>
    public float[][] Probabilities(IReadOnlyList<float[]> vectors)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using TensorData data = TensorData.FromRows(vectors);
        Tensor logits = _fitted.Teacher.Predict(data.Read(torch.arange(vectors.Count, torch.ScalarType.Int64)), FeatureSet.None).Logits;
        Tensor rows = torch.nn.functional.softmax(logits, 1).to(torch.ScalarType.Float32);
        return [.. rows.data<float>().ToArray().Chunk((int)rows.size(1))];
    }

    public void Dispose() => _fitted.Dispose();
}
