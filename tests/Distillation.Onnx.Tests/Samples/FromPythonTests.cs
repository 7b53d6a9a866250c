using System.Globalization;
using System.Text.Json;
using Distillation.Onnx.Tests.Export;
using FromPython;
using Microsoft.ML.OnnxRuntime;
using OnnxConsole;
using TorchSharp.Modules;

namespace Distillation.Onnx.Tests.Samples;

/// <summary>
/// The way from a teacher's file to a student's file, without Python: the teacher is a small model with the inputs and outputs of that in the sample.
/// </summary>
public sealed class FromPythonTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ExportedFile _file = new();
    private readonly Clothes _clothes = Clothes.Load(Path.Combine(AppContext.BaseDirectory, "Data"));
    private readonly Lesson _lesson;

    public FromPythonTests() => _lesson = new Lesson(Models.At("clothes"), _clothes, epochs: 2);

    public void Dispose()
    {
        _lesson.Dispose();
        _clothes.Dispose();
        _file.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Student_of_a_teacher_in_a_file_gives_the_same_probabilities_in_ONNX_Runtime()
    {
        using Sequential student = _lesson.Distilled(seed: 1);
        StudentFile.Write(student, _file.Path);

        (long[] shape, float[] values) = _file.Run(_clothes.Pixels);

        student.eval();
        shape.Should().Equal(2000, 10);
        torch.tensor(values, shape).ShouldBe(student.call(_clothes.Test.Inputs).softmax(1), within: 1e-5);
    }

    [Fact]
    public void Student_listens_to_the_teacher()
    {
        using Sequential alone = _lesson.Alone(seed: 1);
        using Sequential distilled = _lesson.Distilled(seed: 1);
        using OnnxTeacher teacher = OnnxTeacher.Load(Models.At("clothes"));
        Batch batch = _clothes.Train.Read(torch.arange(_clothes.Train.Count, torch.ScalarType.Int64));
        Tensor taught = teacher.Predict(batch, FeatureSet.None).Logits.softmax(1);

        Difference(distilled)
            .Should().BeLessThan(Difference(alone), "the teacher of the tests knows nothing about clothes, and says something else than the labels");

        double Difference(Sequential network)
        {
            network.eval();
            return (network.call(batch.Inputs).softmax(1) - taught).abs().mean().item<float>();
        }
    }

    [Fact]
    public void File_has_the_names_of_the_classes()
    {
        using Sequential student = _lesson.Alone(seed: 1);

        StudentFile.Write(student, _file.Path);

        using InferenceSession session = _file.Open();
        JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["labels"]).Should().Equal(Clothes.Names);
    }

    [Fact]
    public void Console_application_outputs_for_the_lines_what_the_student_outputs()
    {
        using Sequential student = _lesson.Distilled(seed: 1);
        StudentFile.Write(student, _file.Path);

        using var classifier = new Classifier(_file.Path);
        string[] predicted = [.. _clothes.Pixels[..5].flatten().data<float>().ToArray().Chunk(28 * 28).Select(classifier.Classify)
            .Select(found => $"{found.Label} {found.Probability:P1}")];

        predicted.Should().Equal(SampleLines.Answers(_clothes, student, count: 5), (line, answer) => answer.StartsWith($"{line} (", StringComparison.Ordinal));
    }

    [Fact]
    public void Lines_are_the_pixels_of_the_first_test_images()
    {
        SampleLines.Write(_clothes, _file.Path, count: 3);

        float[][] read =
            [.. File.ReadAllLines(_file.Path).Select(line => line.Split(',').Select(number => float.Parse(number, CultureInfo.InvariantCulture)).ToArray())];
        read.Should().HaveCount(3);
        read.SelectMany(line => line).Should().Equal(_clothes.Pixels[..3].flatten().data<float>().ToArray());
    }
}
