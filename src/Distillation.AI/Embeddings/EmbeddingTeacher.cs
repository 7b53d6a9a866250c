using System.Security.Cryptography;
using System.Text;
using Distillation.Models;
using Distillation.Text;

namespace Distillation.AI;

/// <summary>Makes a teacher on embeddings one on batches of texts: it looks up the embeddings of the texts, and the inner teacher predicts from them.</summary>
/// <remarks>
/// It reads <see cref="TextBatch.Texts"/> alone; the token ids are for the student. Every text of the data must have an embedding: texts that are changed,
/// such as augmented ones, must be embedded too.
/// </remarks>
public sealed class EmbeddingTeacher : DelegatingTeacher
{
    private readonly TextEmbeddings _embeddings;

    /// <summary>Wraps a teacher.</summary>
    /// <param name="inner">A teacher whose inputs are embeddings, [N, D] float32; the caller disposes it.</param>
    /// <param name="embeddings">The embeddings of all texts of the data.</param>
    public EmbeddingTeacher(ITeacher inner, TextEmbeddings embeddings)
        : base(inner) => _embeddings = Require.Present(embeddings);

    /// <inheritdoc/>
    public override bool AcceptsRepeatedSamples => Inner.AcceptsRepeatedSamples;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The batch is no <see cref="TextBatch"/>.</exception>
    /// <exception cref="KeyNotFoundException">A text has no embedding.</exception>
    public override ModelOutput Predict(Batch batch, FeatureSet features)
    {
        if (Require.Present(batch) is not TextBatch texts)
        {
            throw new ArgumentException(
                $"A teacher on embeddings needs a {nameof(TextBatch)} with the texts, but the batch is a {batch.GetType().Name}.", nameof(batch));
        }

        using var scope = torch.NewDisposeScope();
        Tensor inputs = TextEmbeddings.ToTensor([.. texts.Texts.Select(text => _embeddings[text].ToArray())]).to(batch.Inputs.device);
        ModelOutput output = base.Predict(new Batch(inputs, batch.Labels, batch.Indices), features);
        return new(
            output.Logits.MoveToOuterDisposeScope(),
            output.Features.ToDictionary(feature => feature, feature => output[feature].MoveToOuterDisposeScope()));
    }

    /// <inheritdoc/>
    /// <remarks>A digest of the inner teacher's and of all embeddings; <see langword="null"/> where the inner teacher has none.</remarks>
    public override string? Fingerprint() => Inner.Fingerprint() is { } inner
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{nameof(EmbeddingTeacher)} {inner} {_embeddings.Fingerprint()}")))
        : null;
}
