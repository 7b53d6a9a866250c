using Distillation.Losses;

namespace Distillation.Text.Tests.Encoders;

public sealed class TransformerFeatureTests
{
    [Fact]
    public void Losses_find_states_attention_and_values_by_path()
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(1);
        using IStudent student = Student.From(new TransformerTextClassifier(SmallEncoder.Create(), 4));
        var shapes = new Dictionary<Feature, long[]>
        {
            ["encoder"] = [2, 12],
            ["encoder.embeddings"] = [2, 6, 12],
            ["encoder.layers.0"] = [2, 6, 12],
            ["encoder.layers.2"] = [2, 6, 12],
            ["encoder.layers.1.attention"] = [2, 6, 12],
            ["encoder.layers.1.attention.scores"] = [2, 3, 6, 6],
            ["encoder.layers.1.attention.probabilities"] = [2, 3, 6, 6],
            ["encoder.layers.1.attention.query_heads"] = [2, 3, 6, 4],
            ["encoder.layers.1.attention.key_heads"] = [2, 3, 6, 4],
            ["encoder.layers.1.attention.value_heads"] = [2, 3, 6, 4],
            ["encoder.layers.1.attention.value"] = [2, 6, 12],
        };

        ModelOutput output = student.Forward(Batch(6, 2), FeatureSet.Of(shapes.Keys));

        output.Logits.shape.Should().Equal(2, 4);
        foreach ((Feature feature, long[] shape) in shapes)
        {
            output[feature].shape.Should().Equal(shape, feature.Path);
        }
    }

    [Fact]
    public void Attention_is_a_distribution_over_the_tokens_that_are_not_padding()
    {
        using var scope = torch.NewDisposeScope();
        using ITeacher teacher = Teacher.From(SmallEncoder.Create());

        Tensor attention = teacher.Predict(Batch(6, 2), FeatureSet.Of("layers.1.attention.probabilities"))["layers.1.attention.probabilities"];

        attention[1, .., .., 2..].abs().max().item<float>().Should().Be(0);
        (attention.sum(dim: 3) - 1).abs().max().item<float>().Should().BeLessThan(1e-6f);
    }

    [Fact]
    public void Heads_are_columns_of_the_values_side_by_side()
    {
        using var scope = torch.NewDisposeScope();
        using ITeacher teacher = Teacher.From(SmallEncoder.Create());
        Feature heads = "layers.0.attention.value_heads";
        Feature values = "layers.0.attention.value";

        ModelOutput output = teacher.Predict(Batch(6, 2), FeatureSet.Of(heads, values));

        SmallEncoder.LargestDifference(output[heads][.., 1], output[values][.., .., 4..8]).Should().Be(0);
    }

    [Fact]
    public void Losses_on_transformers_are_zero_for_the_same_weights_and_positive_for_others()
    {
        using var scope = torch.NewDisposeScope();
        TransformerTextEncoder network = SmallEncoder.Create();
        IDistillationLoss[] losses =
        [
            new HiddenStateMseLoss(LayerMapping.Uniform("layers.{0}", "layers.{0}", 3, 3)),
            new AttentionMapLoss(LayerMapping.Last("layers.{0}.attention.scores", "layers.{0}.attention.scores", 3, 3)),
            new AttentionMapLoss(LayerMapping.Last("layers.{0}.attention.probabilities", "layers.{0}.attention.probabilities", 3, 3))
            {
                Distance = AttentionDistance.KullbackLeibler,
            },
            new ValueRelationLoss("layers.2.attention.value_heads", "layers.2.attention.value_heads"),
            new ValueRelationLoss("layers.2.attention.query", "layers.2.attention.query") { RelationHeads = 2 },
        ];
        Tensor ids = SmallEncoder.Ids(6, 3);
        var batch = new MaskedBatch(ids, labels: null, torch.arange(2, torch.ScalarType.Int64), ids != SmallEncoder.PadId);

        foreach (IDistillationLoss loss in losses)
        {
            ValueOf(loss, batch, network, network.TakeLayers(0, 1, 2)).Should().BeInRange(-1e-6, 1e-6, loss.Name);
            ValueOf(loss, batch, network, network.TakeLayers(2, 0, 1)).Should().BePositive(loss.Name).And.BeLessThan(1e3);
        }

        static double ValueOf(IDistillationLoss loss, Batch batch, TransformerTextEncoder teacher, TransformerTextEncoder student)
        {
            ModelOutput taught = Teacher.From(teacher).Predict(batch, loss.Features.Teacher);
            return loss.Compute(new DistillationContext(Student.From(student).Forward(batch, loss.Features.Student), taught, batch)).item<float>();
        }
    }

    private static Batch Batch(params int[] lengths) =>
        new(SmallEncoder.Ids(lengths), labels: null, torch.arange(lengths.Length, torch.ScalarType.Int64));
}
