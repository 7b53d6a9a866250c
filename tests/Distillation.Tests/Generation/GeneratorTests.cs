using Distillation.Generation;

namespace Distillation.Tests.Generation;

/// <summary>What holds of every generator in the library, and what each one makes.</summary>
public sealed class GeneratorTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Originals _originals;

    public GeneratorTests()
    {
        Tensor images = Some.Inputs(12, 64).view(12, 1, 8, 8);
        _originals = new Originals(new TensorData(images, Some.Labels(12)));
    }

    public static TheoryData<string> Names => [.. All.Keys];

    private static Dictionary<string, ISampleGenerator> All { get; } = new()
    {
        [nameof(Unchanged)] = new Unchanged(),
        [nameof(Jitter)] = new Jitter(),
        [nameof(ImageShift)] = new ImageShift(2),
        [nameof(ImageAffine)] = new ImageAffine(),
        [nameof(Mixup)] = new Mixup(),
        ["Mixup of shifts"] = new Mixup(new ImageShift()),
        [nameof(Mixture)] = new Mixture(new Mixup(), new ImageShift()),
    };

    public void Dispose()
    {
        _originals.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Every_generator_is_tested() =>
        typeof(ISampleGenerator).Assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsAbstract: false } && typeof(ISampleGenerator).IsAssignableFrom(type))
            .Select(type => type.Name).Should().BeSubsetOf(All.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_is_the_same_in_any_batch(string name)
    {
        IDataSource source = _originals.Generate(All[name], count: 40, seed: 3);
        Batch together = source.Read(torch.arange(40, torch.ScalarType.Int64));

        Batch some = source.Read(torch.tensor([31L, 7, 22]));

        Close.Numbers(some.Inputs).Should().Equal(Close.Numbers(together.Inputs.index_select(0, torch.tensor([31L, 7, 22]))));
        Close.Numbers(some.Labels!).Should().Equal(Close.Numbers(together.Labels!.index_select(0, torch.tensor([31L, 7, 22]))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_have_the_shape_of_originals_and_finite_numbers(string name)
    {
        Batch batch = _originals.Generate(All[name], count: 30).Read(torch.arange(30, torch.ScalarType.Int64));

        batch.Inputs.shape.Should().Equal(30, 1, 8, 8);
        batch.Inputs.isfinite().all().item<bool>().Should().BeTrue();
        Close.Numbers(batch.Indices).Should().Equal(Enumerable.Range(0, 30).Select(i => (double)i));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Known_labels_are_probabilities(string name)
    {
        Tensor labels = _originals.Generate(All[name], count: 30).Read(torch.arange(30, torch.ScalarType.Int64)).Labels!;

        Close.Numbers(labels).Should().OnlyContain(number => number >= 0 && number <= 1.000001);
        Close.Numbers(labels.sum(1)).Should().OnlyContain(sum => Math.Abs(sum - 1) < 1e-6);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Originals_stay_as_they_are_and_no_tensor_is_left(string name)
    {
        double[] before = Close.Numbers(_originals.Inputs);
        IDataSource source = _originals.Generate(All[name], count: 40);

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            _ = source.Read(torch.arange(40, torch.ScalarType.Int64));
        });

        Close.Numbers(_originals.Inputs).Should().Equal(before);
    }

    [Fact]
    public void Every_original_is_a_parent_as_often_as_the_others()
    {
        Batch batch = _originals.Generate(new Unchanged(), count: 24).Read(torch.arange(24, torch.ScalarType.Int64));

        Close.Numbers(batch.Inputs).Should().Equal([.. Close.Numbers(_originals.Inputs), .. Close.Numbers(_originals.Inputs)]);
    }

    [Fact]
    public void Jitter_is_in_the_measure_of_each_feature()
    {
        Tensor inputs = Some.Inputs(400, 2) * torch.tensor(new[] { 1f, 100f });
        using var originals = new Originals(new TensorData(inputs, Some.Labels(400)));

        Tensor noise = originals.Generate(new Jitter(0.5), count: 400).Read(torch.arange(400, torch.ScalarType.Int64)).Inputs - inputs;

        Tensor share = noise.std(0) / inputs.std(0);
        Close.Numbers(share).Should().OnlyContain(one => Math.Abs(one - 0.5) < 0.06);
    }

    [Fact]
    public void Shift_moves_whole_pixels_and_fills_with_zero()
    {
        Tensor image = torch.zeros(1, 1, 5, 5);
        image[0, 0, 2, 2] = 1;
        using var originals = new Originals(new TensorData(image, torch.tensor([0L])));

        Tensor shifted = originals.Generate(new ImageShift(1), count: 200).Read(torch.arange(200, torch.ScalarType.Int64)).Inputs;

        Close.Numbers(shifted.flatten(1).sum(1)).Should().OnlyContain(sum => sum == 1);
        Close.Numbers(shifted.flatten(1).argmax(1)).Distinct().Order().Should().Equal(6, 7, 8, 11, 12, 13, 16, 17, 18);
    }

    [Fact]
    public void Affine_warp_without_room_changes_nothing()
    {
        Tensor warped = _originals.Generate(new ImageAffine { Degrees = 0, Scale = 0, Pixels = 0 }, count: 12).Read(torch.arange(12, torch.ScalarType.Int64)).Inputs;

        Close.Numbers(warped - _originals.Inputs).Should().OnlyContain(difference => Math.Abs(difference) < 1e-5);
    }

    [Fact]
    public void Affine_warp_keeps_the_content_near_its_place()
    {
        Tensor image = torch.zeros(1, 1, 9, 9);
        image[0, 0, 4, 4] = 1;
        using var originals = new Originals(new TensorData(image, torch.tensor([0L])));

        Tensor warped = originals.Generate(new ImageAffine { Degrees = 90, Scale = 0, Pixels = 0 }, count: 50).Read(torch.arange(50, torch.ScalarType.Int64)).Inputs;

        Close.Numbers(warped.flatten(1).argmax(1)).Should().OnlyContain(place => place == 40);
    }

    [Fact]
    public void Mixup_lies_between_its_parents_with_labels_in_the_same_shares()
    {
        using var originals = new Originals(new TensorData(torch.tensor(new[,] { { 0f }, { 1f } }), torch.tensor([0L, 1])));

        Batch batch = originals.Generate(new Mixup(), count: 100).Read(torch.arange(100, torch.ScalarType.Int64));

        double[] inputs = Close.Numbers(batch.Inputs);
        inputs.Should().OnlyContain(input => input >= 0 && input <= 1).And.Contain(input => input > 0.4 && input < 0.6);
        Close.Numbers(batch.Labels!.select(1, 1)).Zip(inputs).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
    }

    [Fact]
    public void Mixture_takes_its_generators_in_their_weights()
    {
        using var originals = new Originals(new TensorData(torch.ones(1, 1), torch.tensor([0L])));
        var mixture = new Mixture([(new Times(1), 3), (new Times(2), 1)]);

        double[] inputs = Close.Numbers(originals.Generate(mixture, count: 2000).Read(torch.arange(2000, torch.ScalarType.Int64)).Inputs);

        inputs.Count(input => input == 2).Should().BeCloseTo(500, 70);
        inputs.Should().OnlyContain(input => input == 1 || input == 2);
    }

    [Fact]
    public void What_is_no_image_is_named()
    {
        using var originals = new Originals(Some.Data());
        Action shift = () => originals.Generate(new ImageShift(), count: 3).Read(torch.tensor([0L]));

        shift.Should().Throw<InvalidOperationException>().WithMessage("ImageShift takes images*[1, 6]*");
    }

    private sealed class Times(double factor) : SampleTransform
    {
        protected internal override Tensor Transform(Tensor inputs, Originals originals, SampleChance chance) => inputs * factor;
    }
}
