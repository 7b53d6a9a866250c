using Distillation.Tests;

namespace Distillation.Onnx.Tests;

public sealed partial class OnnxTeacherTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("mlp", "pixels", "logits")]
    [InlineData("mlp_of_four", "pixels", "logits")]
    [InlineData("convnet", "images", "logits")]
    [InlineData("lstm", "series", "logits")]
    [InlineData("half", "values", "scores")]
    [InlineData("double", "values", "scores")]
    [InlineData("weights_apart", "values", "scores")]
    [InlineData("tokens", "tokens", "scores")]
    [InlineData("short_tokens", "tokens", "scores")]
    public void Logits_are_those_that_were_recorded(string model, string input, string output)
    {
        using var teacher = OnnxTeacher.Load(Models.At(model));
        Tensor expected = Models.Recorded(model, output);

        // The second time outputs are written into tensors of shapes that are known.
        for (int time = 0; time < 2; time++)
        {
            teacher.Predict(Models.Samples(model, input), FeatureSet.None).Logits.ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(9)]
    public void Model_of_four_samples_takes_any_number(int count)
    {
        using var teacher = OnnxTeacher.Load(Models.At("mlp_of_four"));
        Batch batch = Models.Samples(torch.randn(count, 8));

        using var lone = OnnxTeacher.Load(Models.At("mlp_of_four"));
        Tensor[] alone = [.. Enumerable.Range(0, count).Select(row => lone.Predict(Models.Samples(batch.Inputs.narrow(0, row, 1)), FeatureSet.None).Logits)];

        teacher.Predict(batch, FeatureSet.None).Logits.ShouldBe(torch.cat(alone));
    }

    [Fact]
    public void Several_inputs_come_from_a_batch_of_ones_own()
    {
        var options = new OnnxTeacherOptions().WithInputs((MaskedBatch batch) => new() { ["tokens"] = batch.Inputs, ["mask"] = batch.Mask });
        using var teacher = OnnxTeacher.Load(Models.At("transformer"), options);
        Tensor tokens = Models.Recorded("transformer", "tokens");
        var batch = new MaskedBatch(tokens, null, torch.arange(6, torch.ScalarType.Int64), Models.Recorded("transformer", "mask").to(torch.ScalarType.Bool));

        teacher.Predict(batch, FeatureSet.None).Logits.ShouldBe(Models.Recorded("transformer", "logits"));
    }

    [Theory]
    [InlineData(torch.ScalarType.Float64)]
    [InlineData(torch.ScalarType.Float16)]
    public void Logits_have_the_type_of_the_batch(torch.ScalarType type)
    {
        using var teacher = OnnxTeacher.Load(Models.At("mlp"));
        Batch batch = Models.Samples(Models.Recorded("mlp", "pixels").to(type));

        Tensor logits = teacher.Predict(batch, FeatureSet.None).Logits;

        logits.dtype.Should().Be(type);
        logits.ShouldBe(Models.Recorded("mlp", "logits"), within: 1e-2);
    }

    [Fact]
    public void Inputs_that_do_not_lie_in_order_are_read_right()
    {
        using var teacher = OnnxTeacher.Load(Models.At("mlp"));
        Batch batch = Models.Samples(Models.Recorded("mlp", "pixels").t().contiguous().t());

        teacher.Predict(batch, FeatureSet.None).Logits.ShouldBe(Models.Recorded("mlp", "logits"));
    }

    [Fact]
    public void Outputs_beside_the_logits_are_inner_layers()
    {
        using var teacher = OnnxTeacher.Load(Models.At("mlp_of_four"));

        ModelOutput output = teacher.Predict(Models.Samples("mlp_of_four", "pixels"), FeatureSet.Of("hidden"));

        teacher.AvailableFeatures.Should().Equal(new Feature("hidden"));
        output["hidden"].ShouldBe(Models.Recorded("mlp_of_four", "hidden"));
    }

    [Fact]
    public void Values_inside_the_graph_are_inner_layers_where_they_are_named()
    {
        using var teacher = OnnxTeacher.Load(Models.At("tokens"), new OnnxTeacherOptions { InnerValues = FeatureSet.Of("vectors") });

        ModelOutput output = teacher.Predict(Models.Samples("tokens", "tokens"), FeatureSet.Of("vectors"));

        output["vectors"].mean([1]).ShouldBe(Models.Recorded("tokens", "scores"));
        output.Logits.ShouldBe(Models.Recorded("tokens", "scores"));
    }

    [Fact]
    public void Inner_value_that_is_an_output_already_stays_one()
    {
        using var teacher = OnnxTeacher.Load(Models.At("mlp"), new OnnxTeacherOptions { InnerValues = FeatureSet.Of("hidden") });

        teacher.AvailableFeatures.Should().Equal(new Feature("hidden"));
    }

    [Fact]
    public void Output_is_chosen_by_name()
    {
        using var teacher = OnnxTeacher.Load(Models.At("mlp"), new OnnxTeacherOptions { Output = "hidden" });

        teacher.Predict(Models.Samples("mlp", "pixels"), FeatureSet.None).Logits.ShouldBe(Models.Recorded("mlp", "hidden"));
    }

    [Fact]
    public void Session_is_set_up_by_the_caller()
    {
        int threads = 0;
        using var teacher = OnnxTeacher.Load(Models.At("mlp"), new OnnxTeacherOptions { Session = options => threads = options.IntraOpNumThreads });

        threads.Should().Be(torch.get_num_threads());
    }

    [Fact]
    public void Fingerprint_tells_models_weights_outputs_and_meanings_apart()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        File.Copy(Models.At("weights_apart"), Path.Combine(folder, "model.onnx"));
        byte[] weights = File.ReadAllBytes(Path.Combine(Models.Folder, "weights_apart.bin"));
        weights[3] ^= 0x80;
        File.WriteAllBytes(Path.Combine(folder, "weights_apart.bin"), weights);
        (string Path, OnnxTeacherOptions Options)[] all =
        [
            (Models.At("mlp"), new()), (Models.At("convnet"), new()), (Models.At("weights_apart"), new()), (Path.Combine(folder, "model.onnx"), new()),
            (Models.At("mlp"), new() { Output = "hidden" }),
            (Models.At("mlp"), new() { Meaning = OnnxTeacherOutput.Probabilities }),
            (Models.At("mlp"), new() { Meaning = OnnxTeacherOutput.BinaryProbabilities }),
            (Models.At("one_place"), new()), (Models.At("open_places"), new()),
        ];

        all.Select(one => FingerprintOf(one.Path, one.Options)).Should().OnlyHaveUniqueItems();
        FingerprintOf(Models.At("mlp"), new()).Should().Be(FingerprintOf(Models.At("mlp"), new() { Meaning = OnnxTeacherOutput.Logits }));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Threads_predict_at_once()
    {
        using var teacher = OnnxTeacher.Load(Models.At("mlp_of_four"));
        Batch batch = Models.Samples("mlp_of_four", "pixels");
        Tensor expected = Models.Recorded("mlp_of_four", "logits");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int time = 0; time < 50; time++)
            {
                using var scope = torch.NewDisposeScope();
                teacher.Predict(batch, FeatureSet.Of("hidden")).Logits.ShouldBe(expected);
            }
        })));
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("mlp_of_four")]
    public void Prediction_leaves_its_outputs_alone(string model)
    {
        using var teacher = OnnxTeacher.Load(Models.At(model));
        Batch batch = Models.Samples(model, "pixels");

        Leak.None(() =>
        {
            ModelOutput output = teacher.Predict(batch, FeatureSet.Of("hidden"));
            output.Logits.Dispose();
            output["hidden"].Dispose();
        });
    }

    [Fact]
    public void Prediction_gives_back_the_memory_of_the_runtime()
    {
        using var teacher = OnnxTeacher.Load(Models.At("probabilities"), new OnnxTeacherOptions { Meaning = OnnxTeacherOutput.Probabilities });
        Batch batch = Models.Samples(torch.randn(100_000, 4));
        void Predict() => teacher.Predict(batch, FeatureSet.None).Logits.Dispose();
        Predict();
        long before = Environment.WorkingSet;

        for (int time = 0; time < 200; time++)
        {
            Predict();
        }

        (Environment.WorkingSet - before).Should().BeLessThan(100 << 20, "the outputs of all calls have 240 MB");
    }

    [Fact]
    public void Refusal_leaves_no_tensor()
    {
        using var teacher = OnnxTeacher.Load(Models.At("tokens"));
        Batch batch = Models.Samples(torch.full(2, 5, 99L));

        Leak.None(() =>
            FluentActions.Invoking(() => teacher.Predict(batch, FeatureSet.None)).Should().Throw<InvalidOperationException>().WithMessage("*[2, 5]*"));
    }

    [Fact]
    public void Teacher_that_is_disposed_is_refused()
    {
        var teacher = OnnxTeacher.Load(Models.At("mlp"));
        teacher.Dispose();
        teacher.Dispose();

        FluentActions.Invoking(() => teacher.Predict(Models.Samples("mlp", "pixels"), FeatureSet.None)).Should().Throw<ObjectDisposedException>();
    }

    private static string FingerprintOf(string path, OnnxTeacherOptions options)
    {
        using var teacher = OnnxTeacher.Load(path, options);
        return teacher.Fingerprint();
    }
}
