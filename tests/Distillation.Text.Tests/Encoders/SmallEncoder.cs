namespace Distillation.Text.Tests.Encoders;

/// <summary>Small encoders, and token ids for them.</summary>
internal static class SmallEncoder
{
    public const int PadId = 1;

    public static readonly TransformerEncoderOptions Options = new()
    {
        VocabularySize = 40,
        Layers = 3,
        HiddenSize = 12,
        Heads = 3,
        FeedForwardSize = 20,
        MaxTokens = 24,
        PadId = PadId,
    };

    /// <summary>An encoder with weights that are large enough for attention to differ between tokens.</summary>
    public static TransformerTextEncoder Create(TransformerEncoderOptions? options = null)
    {
        torch.manual_seed(3);
        var encoder = new TransformerTextEncoder(options ?? Options);
        using var noGradient = torch.no_grad();
        foreach (Parameter parameter in encoder.parameters())
        {
            parameter.add_(torch.randn(parameter.shape) * 0.2);
        }

        encoder.eval();
        return encoder;
    }

    /// <summary>Ids [N, T], each row with as many tokens as its length, and padding behind.</summary>
    public static Tensor Ids(params int[] lengths) => Ids(lengths.Max(), lengths);

    /// <summary>Ids [N, places], each row with as many tokens as its length, and padding behind.</summary>
    public static Tensor Ids(int places, int[] lengths)
    {
        IEnumerable<long> ids = lengths.SelectMany((length, row) => Enumerable.Range(0, places).Select(place => place < length ? Token(row, place) : PadId));
        return torch.tensor([.. ids], [lengths.Length, places]);
    }

    public static double LargestDifference(Tensor one, Tensor other)
    {
        one.shape.Should().Equal(other.shape);
        return (one - other).abs().max().item<float>();
    }

    private static long Token(int row, int place) => 2 + (((row * 7) + (place * 5)) % 38);
}
