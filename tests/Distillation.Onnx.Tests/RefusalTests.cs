using System.Text;

namespace Distillation.Onnx.Tests;

public sealed class RefusalTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Shape_that_the_model_does_not_take_is_named()
    {
        using var teacher = OnnxTeacher.Load(Models.At("mlp"));
        Action predict = () => teacher.Predict(Models.Samples(torch.randn(2, 7)), FeatureSet.None);

        predict.Should().Throw<ArgumentException>().WithMessage("*'pixels' (Float [batch, 8])*[2, 7]*");
    }

    [Fact]
    public void Output_that_is_not_there_is_named_with_those_that_are()
    {
        Action load = () => OnnxTeacher.Load(Models.At("mlp"), new OnnxTeacherOptions { Output = "logit" });

        load.Should().Throw<ArgumentException>().WithMessage("*'logit'*'logits' (Float [batch, 3])*'hidden' (Float [batch, 16])*");
    }

    [Fact]
    public void Layer_that_is_not_there_is_named_with_those_that_are()
    {
        using var teacher = OnnxTeacher.Load(Models.At("mlp"));
        Action predict = () => teacher.Predict(Models.Samples("mlp", "pixels"), FeatureSet.Of("hiden"));

        predict.Should().Throw<ArgumentException>().WithMessage("*'hiden'*hidden*InnerValues*");
    }

    [Fact]
    public void Inner_value_that_is_not_there_is_named()
    {
        Action load = () => OnnxTeacher.Load(Models.At("mlp"), new OnnxTeacherOptions { InnerValues = FeatureSet.Of("nothing") });

        load.Should().Throw<InvalidDataException>().WithMessage("*nothing*");
    }

    [Fact]
    public void Several_inputs_need_a_function()
    {
        Action load = () => OnnxTeacher.Load(Models.At("transformer"));

        load.Should().Throw<ArgumentException>().WithMessage("*2 inputs*'tokens' (Int64 [batch, 6]), 'mask' (Float [batch, 6])*WithInputs*");
    }

    [Fact]
    public void Input_of_another_name_is_named_with_those_that_the_model_takes()
    {
        var options = new OnnxTeacherOptions().WithInputs((Batch batch) => new() { ["pixel"] = batch.Inputs });
        using var teacher = OnnxTeacher.Load(Models.At("mlp"), options);
        Action predict = () => teacher.Predict(Models.Samples("mlp", "pixels"), FeatureSet.None);

        predict.Should().Throw<ArgumentException>().WithMessage("*'pixels' (Float [batch, 8])*'pixel'*");
    }

    [Fact]
    public void Batch_of_another_kind_is_named()
    {
        var options = new OnnxTeacherOptions().WithInputs((MaskedBatch batch) => new() { ["tokens"] = batch.Inputs, ["mask"] = batch.Mask });
        using var teacher = OnnxTeacher.Load(Models.At("transformer"), options);
        Action predict = () => teacher.Predict(Models.Samples("transformer", "tokens"), FeatureSet.None);

        predict.Should().Throw<ArgumentException>().WithMessage("*MaskedBatch*Batch*");
    }

    [Fact]
    public void Output_without_a_row_for_each_sample_is_refused()
    {
        var options = new OnnxTeacherOptions().WithInputs((Batch batch) => new() { ["pixels"] = torch.cat([batch.Inputs, batch.Inputs]) });
        using var teacher = OnnxTeacher.Load(Models.At("mlp"), options);
        Action predict = () => teacher.Predict(Models.Samples("mlp", "pixels"), FeatureSet.None);

        predict.Should().Throw<InvalidOperationException>().WithMessage("*'logits'*6 samples*[12, 3]*");
    }

    [Fact]
    public void Output_without_classes_is_refused()
    {
        using var teacher = OnnxTeacher.Load(Models.At("maps"), new OnnxTeacherOptions { Output = "output_label" });
        Action predict = () => teacher.Predict(Models.Samples("maps", "float_input"), FeatureSet.None);

        predict.Should().Throw<InvalidOperationException>().WithMessage("*'output_label'*[N, C]*[6]*");
    }

    [Theory]
    [InlineData("dropout_training", "Dropout 'drop' drops other values at each call")]
    [InlineData("dropout_constant", "Dropout 'drop' drops other values at each call")]
    [InlineData("norm_training", "BatchNormalization 'norm' normalizes with the statistics of each batch")]
    public void Export_in_training_mode_is_refused(string model, string reason) =>
        FluentActions.Invoking(() => OnnxTeacher.Load(Models.At(model)))
            .Should().Throw<InvalidDataException>().WithMessage($"*{model}*training mode: {reason}*model.eval()*");

    [Fact]
    public void Training_mode_within_a_branch_is_refused()
    {
        byte[] dropout = [.. Field(1, "scores"), .. Field(1, ""), .. Field(1, "flag"), .. Field(4, "Dropout")];
        byte[] flag = [.. Field(8, "flag"), .. Field(9, "\u0001")];
        byte[] branch = [.. Field(1, dropout), .. Field(5, flag)];
        byte[] model = Field(7, Field(1, [.. Field(4, "If"), .. Field(5, Field(6, branch))]));

        FluentActions.Invoking(() => OnnxTeacher.FromBytes(model)).Should().Throw<InvalidDataException>().WithMessage("*training mode: Dropout*");
    }

    [Theory]
    [InlineData(0.5, torch.ScalarType.Float32)]
    [InlineData(double.NaN, torch.ScalarType.Float32)]
    [InlineData(1e19, torch.ScalarType.Float64)]
    public void Numbers_that_a_model_of_integers_does_not_have_are_refused(double number, torch.ScalarType type)
    {
        using var teacher = OnnxTeacher.Load(Models.At("tokens"));
        Tensor tokens = Models.Recorded("tokens", "tokens").to(type);

        teacher.Predict(Models.Samples(tokens), FeatureSet.None).Logits.ShouldBe(Models.Recorded("tokens", "scores"));
        tokens[1, 2] = torch.tensor(number, type);

        FluentActions.Invoking(() => teacher.Predict(Models.Samples(tokens), FeatureSet.None))
            .Should().Throw<ArgumentException>().WithMessage($"*'tokens' (Int64 [batch, 5])*{type}*fractions*");
    }

    [Fact]
    public void Integers_beyond_those_of_a_model_are_refused()
    {
        using var teacher = OnnxTeacher.Load(Models.At("short_tokens"));

        FluentActions.Invoking(() => teacher.Predict(Models.Samples(torch.full(2, 5, 1L << 33)), FeatureSet.None))
            .Should().Throw<ArgumentException>().WithMessage("*'tokens' (Int32 [batch, 5])*range*");
    }

    [Fact]
    public void Numbers_too_large_for_a_model_of_half_precision_are_refused()
    {
        using var teacher = OnnxTeacher.Load(Models.At("half"));

        FluentActions.Invoking(() => teacher.Predict(Models.Samples(torch.full(2, 4, 1e5f)), FeatureSet.None))
            .Should().Throw<ArgumentException>().WithMessage("*'values' (Float16 [batch, 4])*range*");
        teacher.Predict(Models.Samples(torch.full(2, 4, float.PositiveInfinity)), FeatureSet.None).Logits.shape.Should().Equal(2, 3);
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "pointer of Git LFS*git lfs pull")]
    [InlineData("<!DOCTYPE html><html>404</html>", "HTML page")]
    [InlineData("\u001f\u008b\u0008", "gzip")]
    [InlineData("", "empty")]
    [InlineData("\0\0\0", "does not begin as a model does")]
    public void What_stands_in_the_place_of_a_model_is_named(string content, string name)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(content);
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, bytes);

        FluentActions.Invoking(() => OnnxTeacher.Load(path)).Should().Throw<InvalidDataException>().WithMessage($"*'{path}'*{name}*");
        FluentActions.Invoking(() => OnnxTeacher.FromBytes(bytes)).Should().Throw<InvalidDataException>().WithMessage($"*{name}*");
        File.Delete(path);
    }

    [Fact]
    public void Pointer_in_the_place_of_weights_is_named()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        File.Copy(Models.At("weights_apart"), Path.Combine(folder, "model.onnx"));
        File.WriteAllText(Path.Combine(folder, "weights_apart.bin"), "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 48\n");
        Action load = () => OnnxTeacher.Load(Path.Combine(folder, "model.onnx"));

        load.Should().Throw<InvalidDataException>().WithMessage("*'weights_apart.bin'*pointer of Git LFS*");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Text_is_no_tensor()
    {
        Action load = () => OnnxTeacher.Load(Models.At("words"), new OnnxTeacherOptions { Output = "numbers" });

        load.Should().Throw<NotSupportedException>().WithMessage("*'words' (String [any, 1])*");
    }

    [Fact]
    public void Weights_in_other_files_cannot_be_found_from_memory()
    {
        Action load = () => OnnxTeacher.FromBytes(File.ReadAllBytes(Models.At("weights_apart")));

        load.Should().Throw<InvalidDataException>().WithMessage("*weights_apart.bin*path*");
    }

    [Fact]
    public void Weights_that_are_missing_are_named()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        string path = Path.Combine(folder, "model.onnx");
        File.Copy(Models.At("weights_apart"), path);
        Action load = () => OnnxTeacher.Load(path);

        load.Should().Throw<InvalidDataException>().WithMessage("*weights_apart.bin*");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Weights_outside_of_the_folder_are_refused()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        string inner = Path.Combine(folder, "own");
        Directory.CreateDirectory(inner);
        byte[] model = File.ReadAllBytes(Models.At("weights_apart"));
        int place = model.AsSpan().IndexOf("weights_apart.bin"u8);
        "../stolen_abc.bin"u8.CopyTo(model.AsSpan(place));
        File.WriteAllBytes(Path.Combine(inner, "model.onnx"), model);
        File.Copy(Path.Combine(Models.Folder, "weights_apart.bin"), Path.Combine(folder, "stolen_abc.bin"));
        Action load = () => OnnxTeacher.Load(Path.Combine(inner, "model.onnx"));

        load.Should().Throw<InvalidDataException>().WithMessage("*escapes*stolen_abc.bin*");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void File_that_is_not_there_is_named()
    {
        Action load = () => OnnxTeacher.Load("nowhere.onnx");

        load.Should().Throw<FileNotFoundException>().WithMessage("*nowhere.onnx*");
    }

    private static byte[] Field(int number, string text) => Field(number, Encoding.Latin1.GetBytes(text));

    private static byte[] Field(int number, byte[] content) => [(byte)((number << 3) | 2), (byte)content.Length, .. content];
}
