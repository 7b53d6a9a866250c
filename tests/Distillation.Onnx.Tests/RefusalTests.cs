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
    public void Output_that_is_not_there_is_told_with_those_that_are()
    {
        Action load = () => OnnxTeacher.Load(Models.At("mlp"), new OnnxTeacherOptions { Output = "logit" });

        load.Should().Throw<ArgumentException>().WithMessage("*'logit'*'logits' (Float [batch, 3])*'hidden' (Float [batch, 16])*");
    }

    [Fact]
    public void Layer_that_is_not_there_is_told_with_those_that_are()
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
    public void Input_of_another_name_is_told_with_those_that_the_model_takes()
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
}
