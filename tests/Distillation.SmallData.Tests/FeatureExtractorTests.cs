using Distillation.Models;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class FeatureExtractorTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Sequential _network;
    private readonly CountingTeacher _teacher;
    private readonly string _directory = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public FeatureExtractorTests()
    {
        torch.manual_seed(3);
        _network = Sequential(
            ("conv", Conv2d(1, 4, 3)), ("act", Tanh()), ("pool", AdaptiveAvgPool2d(2)), ("flatten", Flatten()), ("out", Linear(16, 3)));
        _teacher = new(Teacher.From(_network));
    }

    public void Dispose()
    {
        _scope.Dispose();
        _network.Dispose();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Fact]
    public void Parts_stand_side_by_side_with_their_weights()
    {
        Tensor images = Images(5);
        using FeatureExtractor extractor = Of(
            new LayerFeatures("act") { SquareRoot = false, UnitLength = false, Weight = 2 }, MappedFeatures.Inputs with { UnitLength = false });

        Tensor described = extractor.Describe(images);

        Tensor act = _network.children().Take(2).Cast<Module<Tensor, Tensor>>().Aggregate(images, (values, layer) => layer.call(values));
        described.shape.Should().Equal(5, 4 + 36);
        Close.ShouldBe(Close.Numbers(described.narrow(1, 0, 4)), Close.Numbers(act.mean([2, 3]) * 2), 1e-6);
        Close.Numbers(described.narrow(1, 4, 36)).Should().Equal(Close.Numbers(images));
    }

    [Fact]
    public void Layers_have_signed_roots_and_unit_length()
    {
        Tensor images = Images(5);
        using FeatureExtractor plain = Of(new LayerFeatures("act", FeaturePooling.Grid()) { SquareRoot = false, UnitLength = false });
        using FeatureExtractor extractor = Of(new LayerFeatures("act", FeaturePooling.Grid()) { Weight = 3 });

        Tensor root = plain.Describe(images);
        root = root.sign() * root.abs().sqrt();

        Close.ShouldBe(Close.Numbers(extractor.Describe(images)), Close.Numbers(root * 3 / root.norm(1, keepdim: true)), 1e-6);
    }

    [Fact]
    public void Standardized_values_have_mean_zero_and_deviation_one_over_the_samples()
    {
        Tensor images = Images(20);
        using FeatureExtractor plain = Of(new LayerFeatures("act") { UnitLength = false }, new MappedFeatures("one", inputs => torch.ones(inputs.size(0), 1)));
        using FeatureExtractor extractor = plain.Standardized(images);

        Tensor described = extractor.Describe(images).to(torch.ScalarType.Float64);

        Close.Numbers(described.mean([0])).Should().OnlyContain(mean => Math.Abs(mean) < 1e-6);
        Close.Numbers(described.narrow(1, 0, 4).std(0, unbiased: false)).Should().OnlyContain(deviation => Math.Abs(deviation - 1) < 1e-5);
        Close.Numbers(described.narrow(1, 4, 1)).Should().OnlyContain(value => value == 0, "a constant is only centered");
    }

    [Fact]
    public void Batches_do_not_change_what_is_computed()
    {
        Tensor images = Images(10);
        using FeatureExtractor whole = Of(new LayerFeatures("act"));
        using var pieces = new FeatureExtractor(_teacher, new() { Parts = [new LayerFeatures("act")], BatchSize = 3 });

        Tensor expected = whole.Describe(images);
        int before = _teacher.Samples;

        Close.ShouldBe(Close.Numbers(pieces.Describe(images)), Close.Numbers(expected), 1e-6);
        (_teacher.Samples - before).Should().Be(10);
    }

    [Fact]
    public void Teacher_sees_adapted_images_and_other_parts_the_images_themselves()
    {
        Tensor images = Images(2);
        var adapter = new ImageAdapter { Size = 12, Mean = [0.5] };
        using var extractor = new FeatureExtractor(
            _teacher, new() { Parts = [new LayerFeatures("conv", FeaturePooling.None), MappedFeatures.Gradients(new() { CellSize = 3 })], Images = adapter });

        extractor.Describe(images).shape.Should().Equal(2, (4 * 10 * 10) + 36);
    }

    [Fact]
    public void Cached_features_are_read_back_and_the_teacher_does_not_run()
    {
        Tensor images = Images(4);
        using FeatureExtractor first = Cached(new LayerFeatures("act"));
        double[] computed = Close.Numbers(first.Describe(images));
        int runs = _teacher.Samples;

        // Weights are not in the key.
        using FeatureExtractor second = Cached(new LayerFeatures("act") { Weight = 2 });
        double[] read = Close.Numbers(second.Describe(images));

        _teacher.Samples.Should().Be(runs);
        Close.ShouldBe(read, [.. computed.Select(value => 2 * value)], 1e-7);
    }

    [Fact]
    public void Other_inputs_layers_and_poolings_are_not_taken_from_the_cache()
    {
        Tensor images = Images(4);
        using FeatureExtractor one = Cached(new LayerFeatures("act"));
        one.Describe(images);
        int runs = _teacher.Samples;

        one.Describe(images + 1);
        using FeatureExtractor layer = Cached(new LayerFeatures("conv"));
        layer.Describe(images);
        using FeatureExtractor pooling = Cached(new LayerFeatures("act", FeaturePooling.Max));
        pooling.Describe(images);

        (_teacher.Samples - runs).Should().Be(12);
    }

    [Fact]
    public void Changed_teacher_is_another_one_to_the_cache()
    {
        Tensor images = Images(4);
        using FeatureExtractor before = Cached(new LayerFeatures("act"));
        before.Describe(images);
        using (torch.no_grad())
        {
            _network.parameters().First().add_(1);
        }

        int runs = _teacher.Samples;
        using FeatureExtractor after = Cached(new LayerFeatures("act"));
        after.Describe(images);

        (_teacher.Samples - runs).Should().Be(4);
    }

    [Fact]
    public void Damaged_file_of_the_cache_is_named()
    {
        using FeatureExtractor extractor = Cached(new LayerFeatures("act"));
        extractor.Describe(Images(4));
        string file = Directory.GetFiles(_directory).Single();
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);

        Action describe = () => extractor.Describe(Images(4));

        describe.Should().Throw<InvalidDataException>().WithMessage($"*{Path.GetFileName(file)}*damaged*");
    }

    [Fact]
    public void Teacher_without_a_fingerprint_is_refused_where_there_is_a_cache()
    {
        using ITeacher function = Teacher.From(inputs => inputs.flatten(1));
        Action make = () => _ = new FeatureExtractor(function, new() { Parts = [MappedFeatures.Inputs], CacheDirectory = _directory });

        make.Should().Throw<ArgumentException>().WithMessage("*no fingerprint*CacheDirectory*");
    }

    [Fact]
    public void Unknown_layer_is_named_before_anything_runs()
    {
        Action make = () => Of(new LayerFeatures("act"), new LayerFeatures("layer9"));

        make.Should().Throw<ArgumentException>().WithMessage("*no layer 'layer9'*conv*act*");
        _teacher.Samples.Should().Be(0);
    }

    [Fact]
    public void Equal_parts_are_refused()
    {
        Action make = () => Of(new LayerFeatures("act"), new LayerFeatures("act"));

        make.Should().Throw<ArgumentException>().WithMessage("*different*act, average*");
    }

    [Fact]
    public void No_tensor_is_left()
    {
        Tensor images = Images(6);
        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            using FeatureExtractor extractor = Cached(new LayerFeatures("act"), MappedFeatures.Inputs);
            using FeatureExtractor standardized = extractor.Standardized(images);
            standardized.Describe(images);
        });
    }

    private static Tensor Images(int count) => Some.Inputs(count, 36).view(count, 1, 6, 6);

    private FeatureExtractor Of(params FeaturePart[] parts) => new(_teacher, new() { Parts = parts });

    private FeatureExtractor Cached(params FeaturePart[] parts) => new(_teacher, new() { Parts = parts, CacheDirectory = _directory });

    private sealed class CountingTeacher(ITeacher inner) : DelegatingTeacher(inner)
    {
        public int Samples { get; private set; }

        public override string? Fingerprint() => Inner.Fingerprint();

        public override ModelOutput Predict(Batch batch, FeatureSet features)
        {
            Samples += (int)batch.Count;
            return base.Predict(batch, features);
        }
    }
}
