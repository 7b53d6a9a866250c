namespace Distillation.Text.Tests;

public sealed class TextClassifierTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TempDirectory _directory = new();

    public void Dispose()
    {
        _directory.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Predictions_come_in_the_order_of_the_texts_whatever_their_lengths()
    {
        using TextClassifier classifier = Saved();
        string[] texts = [.. Enumerable.Range(0, 300).Select(i => string.Join(' ', Enumerable.Range(0, i * 37 % 41).Select(word => $"w{word * i}")))];

        IReadOnlyList<TextPrediction> together = classifier.Classify(texts);

        together.Should().HaveCount(300);
        for (int text = 0; text < texts.Length; text += 13)
        {
            together[text].Probabilities[0].Should().BeApproximately(classifier.Classify(texts[text]).Probabilities[0], 1e-6);
        }

        together.Should().OnlyContain(prediction => Math.Abs(prediction.Probabilities.Sum() - 1) < 1e-9);
        together.Should().OnlyContain(prediction => prediction.Probability == prediction.Probabilities.Max());
        classifier.Classify([]).Should().BeEmpty();
    }

    [Fact]
    public void Threads_may_classify_at_the_same_time()
    {
        using TextClassifier classifier = Saved();
        string[] texts = [.. Enumerable.Range(0, 64).Select(i => $"text number {i}")];
        double[] alone = [.. texts.Select(text => classifier.Classify(text).Probability)];

        double[] together = new double[texts.Length];
        Parallel.For(0, texts.Length, text => together[text] = classifier.Classify(texts[text]).Probability);

        together.Should().Equal(alone);
    }

    [Fact]
    public void Directory_that_lacks_a_file_or_has_one_of_another_student_is_refused()
    {
        Action empty = () => TextClassifier.Load(_directory.Path);
        empty.Should().Throw<FileNotFoundException>();

        Saved().Dispose();
        string model = Path.Combine(_directory.Path, "student.onnx");
        byte[] bytes = File.ReadAllBytes(model);
        File.WriteAllBytes(model, bytes[..(bytes.Length / 2)]);
        Action half = () => TextClassifier.Load(_directory.Path);
        half.Should().Throw<InvalidDataException>();

        File.Delete(model);
        Action missing = () => TextClassifier.Load(_directory.Path);
        missing.Should().Throw<FileNotFoundException>().WithMessage("*student.onnx*");

        Onnx.OnnxExport.Write(torch.nn.Embedding(10, 3), model, [4], new() { Indices = 10, SequenceName = "tokens" });
        Action foreign = () => TextClassifier.Load(_directory.Path);
        foreign.Should().Throw<InvalidDataException>().WithMessage("*'task'*");
    }

    private TextClassifier Saved()
    {
        torch.manual_seed(3);
        using TextStudent student = TextStudent.BagOfTokens(["a", "b", "c"]);
        student.Save(_directory.Path);
        return TextClassifier.Load(_directory.Path);
    }
}
