using System.Text.Json.Nodes;
using Distillation.Serialization;
using Distillation.Text.Tests.Encoders;

namespace Distillation.Text.Tests.Pretrained;

public sealed class BertCheckpointTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    private string Weights => Path.Combine(_directory.FullName, "model.safetensors");

    private string Config => Path.Combine(_directory.FullName, "config.json");

    public void Dispose()
    {
        _scope.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void Saved_encoder_loads_with_the_same_sizes_and_vectors()
    {
        TransformerTextEncoder encoder = SmallEncoder.Create();

        BertCheckpoint.Save(encoder, Weights);
        PretrainedEncoder loaded = BertCheckpoint.Load(Weights);

        loaded.Encoder.Options.Should().Be(encoder.Options);
        loaded.PassedOver.Should().BeEmpty();
        Tensor ids = SmallEncoder.Ids(7, 4);
        SmallEncoder.LargestDifference(loaded.Encoder.call(ids), encoder.call(ids)).Should().Be(0);
        _directory.GetFiles().Select(file => file.Name).Should().BeEquivalentTo("model.safetensors", "config.json");
    }

    [Fact]
    public void Saved_names_are_those_of_hugging_face()
    {
        BertCheckpoint.Save(SmallEncoder.Create(SmallEncoder.Options with { Layers = 1 }), Weights);

        using SafetensorsFile file = SafetensorsFile.Open(Weights);
        file.Metadata.Should().Contain("format", "pt");
        file.Names.Should().BeEquivalentTo(
            "embeddings.word_embeddings.weight",
            "embeddings.position_embeddings.weight",
            "embeddings.token_type_embeddings.weight",
            "embeddings.LayerNorm.weight",
            "embeddings.LayerNorm.bias",
            "encoder.layer.0.attention.self.query.weight",
            "encoder.layer.0.attention.self.query.bias",
            "encoder.layer.0.attention.self.key.weight",
            "encoder.layer.0.attention.self.key.bias",
            "encoder.layer.0.attention.self.value.weight",
            "encoder.layer.0.attention.self.value.bias",
            "encoder.layer.0.attention.output.dense.weight",
            "encoder.layer.0.attention.output.dense.bias",
            "encoder.layer.0.attention.output.LayerNorm.weight",
            "encoder.layer.0.attention.output.LayerNorm.bias",
            "encoder.layer.0.intermediate.dense.weight",
            "encoder.layer.0.intermediate.dense.bias",
            "encoder.layer.0.output.dense.weight",
            "encoder.layer.0.output.dense.bias",
            "encoder.layer.0.output.LayerNorm.weight",
            "encoder.layer.0.output.LayerNorm.bias");
    }

    [Fact]
    public void Prefix_and_names_of_tensorflow_are_understood_and_heads_are_passed_over()
    {
        TransformerTextEncoder encoder = SmallEncoder.Create();
        Rewrite(encoder, (name, values) => ($"bert.{name.Replace("Norm.weight", "Norm.gamma").Replace("Norm.bias", "Norm.beta")}", values), more: new()
        {
            ["bert.pooler.dense.weight"] = torch.zeros(12, 12),
            ["cls.predictions.bias"] = torch.zeros(40),
            ["bert.embeddings.position_ids"] = torch.zeros([1, 24], torch.ScalarType.Int64),
        });

        PretrainedEncoder loaded = BertCheckpoint.Load(Weights);

        loaded.Prefix.Should().Be("bert.");
        loaded.PassedOver.Should().BeEquivalentTo("bert.pooler.dense.weight", "cls.predictions.bias", "bert.embeddings.position_ids");
        SmallEncoder.LargestDifference(loaded.Encoder.call(SmallEncoder.Ids(7)), encoder.call(SmallEncoder.Ids(7))).Should().Be(0);
    }

    [Theory]
    [InlineData(torch.ScalarType.Float16, 5e-3)]
    [InlineData(torch.ScalarType.BFloat16, 5e-2)]
    [InlineData(torch.ScalarType.Float64, 1e-6)]
    public void Weights_of_other_widths_become_float32(torch.ScalarType type, double tolerance)
    {
        TransformerTextEncoder encoder = SmallEncoder.Create();
        Rewrite(encoder, (name, values) => (name, values.to(type)));

        TransformerTextEncoder loaded = BertCheckpoint.Load(Weights).Encoder;

        loaded.parameters().Should().OnlyContain(parameter => parameter.dtype == torch.ScalarType.Float32 && parameter.requires_grad);
        SmallEncoder.LargestDifference(loaded.call(SmallEncoder.Ids(7)), encoder.call(SmallEncoder.Ids(7))).Should().BeLessThan(tolerance);
    }

    [Fact]
    public void First_layers_are_loaded_with_fewer_layers_in_the_options()
    {
        TransformerTextEncoder encoder = SmallEncoder.Create();
        BertCheckpoint.Save(encoder, Weights);

        PretrainedEncoder loaded = BertCheckpoint.Load(Weights, SmallEncoder.Options with { Layers = 2 });

        loaded.PassedOver.Should().HaveCount(16).And.OnlyContain(name => name.StartsWith("encoder.layer.2."));
        Tensor ids = SmallEncoder.Ids(7);
        SmallEncoder.LargestDifference(loaded.Encoder.call(ids), encoder.TakeLayers(0, 1).call(ids)).Should().Be(0);
    }

    [Fact]
    public void Missing_tensors_and_other_shapes_and_types_are_named()
    {
        Rewrite(SmallEncoder.Create(), (name, values) => name switch
        {
            "encoder.layer.1.output.dense.weight" => (null, values),
            "embeddings.LayerNorm.bias" => (name, torch.zeros(13)),
            "encoder.layer.0.attention.self.key.bias" => (name, torch.zeros([12], torch.ScalarType.Int64)),
            _ => (name, values),
        });

        FluentActions.Invoking(() => BertCheckpoint.Load(Weights)).Should().Throw<InvalidDataException>()
            .WithMessage("*Missing: encoder.layer.1.output.dense.weight.*")
            .WithMessage("*embeddings.LayerNorm.bias is [13] F32 and must be [12]*")
            .WithMessage("*encoder.layer.0.attention.self.key.bias is [12] I64 and must be [12] of floating-point numbers*");
    }

    [Fact]
    public void File_of_another_model_is_refused()
    {
        Safetensors.Write(Weights, new Dictionary<string, Tensor> { ["fc.weight"] = torch.zeros(2, 2) });

        FluentActions.Invoking(() => BertCheckpoint.Load(Weights, SmallEncoder.Options)).Should().Throw<InvalidDataException>()
            .WithMessage("*one tensor 'embeddings.word_embeddings.weight'*but has 0*");
    }

    [Theory]
    [InlineData("model_type", "\"roberta\"", "*'model_type' must be 'bert', but is 'roberta'*")]
    [InlineData("hidden_act", "\"gelu_new\"", "*'hidden_act' must be 'gelu', but is 'gelu_new'*")]
    [InlineData("position_embedding_type", "\"relative_key\"", "*'absolute', but is 'relative_key'*")]
    [InlineData("hidden_size", "null", "*must have 'hidden_size'*")]
    [InlineData("hidden_size", "\"12\"", "*'hidden_size' must be a number, but is '12'*")]
    [InlineData("hidden_size", "12.5", "*'hidden_size' must be an integer, but is 12.5*")]
    [InlineData("num_hidden_layers", "-1", "*Layers must be positive*")]
    public void Config_that_describes_another_model_is_refused(string name, string value, string message)
    {
        BertCheckpoint.Save(SmallEncoder.Create(), Weights);
        JsonNode config = JsonNode.Parse(File.ReadAllText(Config))!;
        config[name] = JsonNode.Parse(value);
        File.WriteAllText(Config, config.ToJsonString());

        FluentActions.Invoking(() => BertCheckpoint.ReadOptions(Config)).Should().Throw<InvalidDataException>().WithMessage($"*config.json*{message}");
    }

    [Fact]
    public void Config_that_is_no_json_object_is_refused()
    {
        foreach (string text in (string[])["", "[1]", "{"])
        {
            File.WriteAllText(Config, text);
            FluentActions.Invoking(() => BertCheckpoint.ReadOptions(Config)).Should().Throw<InvalidDataException>().WithMessage("*config.json*");
        }
    }

    [Fact]
    public void Config_may_leave_out_what_has_a_usual_value()
    {
        File.WriteAllText(Config, """
            {
              "vocab_size": 40, "hidden_size": 12, "num_hidden_layers": 3, "num_attention_heads": 3, "intermediate_size": 20,
              "max_position_embeddings": 24, "pad_token_id": null
            }
            """);

        BertCheckpoint.ReadOptions(Config).Should().Be(SmallEncoder.Options with { PadId = 0, Dropout = 0.1, TokenTypes = 2, LayerNormEpsilon = 1e-12 });
    }

    private void Rewrite(TransformerTextEncoder encoder, Func<string, Tensor, (string? Name, Tensor Values)> change, Dictionary<string, Tensor>? more = null)
    {
        BertCheckpoint.Save(encoder, Weights);
        Dictionary<string, Tensor> tensors = more ?? [];
        using (SafetensorsFile file = SafetensorsFile.Open(Weights))
        {
            foreach (string name in file.Names)
            {
                (string? changed, Tensor values) = change(name, file.Read(name));
                if (changed is not null)
                {
                    tensors[changed] = values;
                }
            }
        }

        Safetensors.Write(Weights, tensors);
    }
}
