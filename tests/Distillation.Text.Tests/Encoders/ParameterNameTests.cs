namespace Distillation.Text.Tests.Encoders;

public sealed class ParameterNameTests
{
    [Fact]
    public void Each_weight_of_a_classifier_has_one_name()
    {
        using var scope = torch.NewDisposeScope();
        var classifier = new TransformerTextClassifier(SmallEncoder.Options with { Layers = 1 }, 4);
        string[] layers =
        [
            "encoder.embeddings.words", "encoder.embeddings.positions", "encoder.embeddings.token_types", "encoder.embeddings.norm",
            "encoder.layers.0.attention.query", "encoder.layers.0.attention.key", "encoder.layers.0.attention.value", "encoder.layers.0.attention.output",
            "encoder.layers.0.attention_norm", "encoder.layers.0.intermediate", "encoder.layers.0.output", "encoder.layers.0.output_norm", "output",
        ];

        IEnumerable<string> expected = layers.SelectMany(layer =>
            layer.Contains("embeddings", StringComparison.Ordinal) && !layer.EndsWith("norm", StringComparison.Ordinal)
                ? [$"{layer}.weight"]
                : new[] { $"{layer}.weight", $"{layer}.bias" });
        classifier.state_dict().Keys.Should().BeEquivalentTo(expected);
        classifier.named_parameters().Select(one => one.name).Should().BeEquivalentTo(expected);
    }
}
