namespace Distillation.SmallData.Tests;

/// <summary>What holds of every generator in the library, and what each one makes.</summary>
public sealed class GeneratorTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly LabeledSamples _originals;

    public GeneratorTests() => _originals = new LabeledSamples(new TensorData(Some.Inputs(12, 64).view(12, 1, 8, 8), Some.Labels(12)));

    public static TheoryData<string> Names => [.. All.Keys];

    public static TheoryData<string, torch.ScalarType> NamesAndTypes
    {
        get
        {
            var both = new TheoryData<string, torch.ScalarType>();
            foreach (string name in All.Keys)
            {
                both.Add(name, torch.ScalarType.Float32);
                both.Add(name, torch.ScalarType.Float64);
            }

            return both;
        }
    }

    private static Dictionary<string, ISampleGenerator> All { get; } = new()
    {
        [nameof(Identity)] = new Identity(),
        [nameof(GaussianNoise)] = new GaussianNoise(),
        [nameof(RandomTranslation)] = new RandomTranslation(2),
        [nameof(RandomAffine)] = new RandomAffine(),
        [nameof(RandomHorizontalFlip)] = new RandomHorizontalFlip(),
        [nameof(RandomResizedCrop)] = new RandomResizedCrop(),
        [nameof(ElasticTransform)] = new ElasticTransform(),
        [nameof(Cutout)] = new Cutout(3),
        [nameof(GaussianBlur)] = new GaussianBlur(),
        [nameof(DownSampling)] = new DownSampling(3),
        [nameof(PcaReconstruction)] = new PcaReconstruction(),
        [nameof(Mixup)] = new Mixup(),
        ["Mixup of shifts"] = new Mixup(new RandomTranslation()),
        [nameof(CutMix)] = new CutMix(),
        ["CutMix of shifts"] = new CutMix(new RandomTranslation()),
        [nameof(RandomChoice)] = new RandomChoice(new Mixup(), new RandomTranslation()),
        ["Random choice of random choices, then"] = new RandomChoice(new RandomChoice(new GaussianNoise(), new Mixup()), new CutMix())
            .Then(new GaussianNoise()),
        [nameof(Smote)] = new Smote(),
        ["Neighbors of any class"] = new Smote { AnyClass = true },
        ["Neighbors, then"] = new Smote().Then(new PcaReconstruction { Components = 3 }).Then(new GaussianNoise()),
        [nameof(Munge)] = new Munge(0.5),
        [nameof(ClassGaussian)] = new ClassGaussian(),
        [nameof(ClassKernelDensity)] = new ClassKernelDensity(),
        [nameof(UnlabeledPool)] = new UnlabeledPool(new TensorData(Some.Inputs(5, 64, seed: 9).view(5, 1, 8, 8))),
        [nameof(TeacherInversion)] = new TeacherInversion(Normalized(), new() { Steps = 3, BatchSize = 5, PoolSize = 10 }),
        ["Pool among others"] = new RandomChoice(new UnlabeledPool(new TensorData(Some.Inputs(5, 64, seed: 9).view(5, 1, 8, 8)), seed: 1), new Mixup()),
        [nameof(TableColumns)] = new TableColumns(new GaussianNoise(), ColumnKind.Continuous, ColumnKind.Integer, ColumnKind.Nominal, ColumnKind.Nominal),
        ["Munge of kinds"] = new TableColumns(
            new Munge(0.5) { Kinds = [ColumnKind.Continuous, ColumnKind.Integer, ColumnKind.Nominal, ColumnKind.Nominal] },
            ColumnKind.Continuous,
            ColumnKind.Integer,
            ColumnKind.Nominal,
            ColumnKind.Nominal),
    };

    public void Dispose()
    {
        _originals.Dispose();
        _scope.Dispose();
    }

    private static torch.nn.Module<Tensor, Tensor> Normalized() => torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(64, 6), torch.nn.BatchNorm1d(6), torch.nn.ReLU(), torch.nn.Linear(6, 6));

    [Fact]
    public void Every_generator_is_tested() =>
        typeof(ISampleGenerator).Assembly
            .GetExportedTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(ISampleGenerator).IsAssignableFrom(type))
            .Select(type => type.Name).Should().BeSubsetOf(All.Keys);

    [Theory]
    [MemberData(nameof(NamesAndTypes))]
    public void Sample_is_the_same_in_any_batch(string name, torch.ScalarType dtype)
    {
        using LabeledSamples originals = Suitable(name, dtype);
        IDataSource source = originals.Generate(All[name], count: 40, seed: 3);
        Batch together = source.Read(torch.arange(40, torch.ScalarType.Int64));

        foreach (long[] numbers in new long[][] { [31, 7, 22], [13] })
        {
            Batch some = source.Read(torch.tensor(numbers));

            Close.Numbers(some.Inputs).Should().Equal(Close.Numbers(together.Inputs.index_select(0, torch.tensor(numbers))));
            (some.Labels is null).Should().Be(together.Labels is null);
            if (some.Labels is { } labels)
            {
                Close.Numbers(labels).Should().Equal(Close.Numbers(together.Labels!.index_select(0, torch.tensor(numbers))));
            }
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndTypes))]
    public void Samples_have_the_shape_and_type_of_originals_and_finite_numbers(string name, torch.ScalarType dtype)
    {
        using LabeledSamples originals = Suitable(name, dtype);
        Batch batch = originals.Generate(All[name], count: 30).Read(torch.arange(30, torch.ScalarType.Int64));

        batch.Inputs.shape.Should().Equal([30, .. originals.Inputs.shape.Skip(1)]);
        batch.Inputs.dtype.Should().Be(dtype);
        batch.Inputs.isfinite().all().item<bool>().Should().BeTrue();
        Close.Numbers(batch.Indices).Should().Equal(Enumerable.Range(0, 30).Select(i => (double)i));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_original_is_enough(string name)
    {
        using LabeledSamples alone = Suitable(name, samples: 1);

        Tensor inputs = alone.Generate(All[name], count: 4).Read(torch.arange(4, torch.ScalarType.Int64)).Inputs;

        inputs.isfinite().all().item<bool>().Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Known_labels_are_probabilities_or_zeros(string name)
    {
        using LabeledSamples originals = Suitable(name);
        Tensor? labels = originals.Generate(All[name], count: 30).Read(torch.arange(30, torch.ScalarType.Int64)).Labels;

        (labels is null).Should().Be(name is nameof(UnlabeledPool) or nameof(TeacherInversion));
        if (labels is not null)
        {
            Close.Numbers(labels).Should().OnlyContain(number => number >= 0 && number <= 1.000001);
            Close.Numbers(labels.sum(1)).Should().OnlyContain(sum => Math.Abs(sum - 1) < 1e-6 || (sum == 0 && name == "Pool among others"));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Originals_stay_as_they_are_and_no_tensor_is_left(string name)
    {
        using LabeledSamples originals = Suitable(name);
        double[] before = Close.Numbers(originals.Inputs);
        IDataSource source = originals.Generate(All[name], count: 40);

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            _ = source.Read(torch.arange(40, torch.ScalarType.Int64));
        });

        Close.Numbers(originals.Inputs).Should().Equal(before);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_is_left_when_the_originals_are_disposed(string name) => Leak.None(() =>
    {
        using var scope = torch.NewDisposeScope();
        using LabeledSamples originals = Suitable(name);
        _ = originals.Generate(All[name], count: 4).Read(torch.arange(4, torch.ScalarType.Int64));
    });

    [Fact]
    public void Every_original_is_a_parent_as_often_as_the_others()
    {
        Batch batch = _originals.Generate(new Identity(), count: 24).Read(torch.arange(24, torch.ScalarType.Int64));

        Close.Numbers(batch.Inputs).Should().Equal([.. Close.Numbers(_originals.Inputs), .. Close.Numbers(_originals.Inputs)]);
    }

    [Fact]
    public void Jitter_is_in_the_measure_of_each_feature()
    {
        Tensor inputs = Some.Inputs(400, 2) * torch.tensor(new[] { 1f, 100f });
        using var originals = new LabeledSamples(new TensorData(inputs, Some.Labels(400)));

        Tensor noise = originals.Generate(new GaussianNoise(0.5), count: 400).Read(torch.arange(400, torch.ScalarType.Int64)).Inputs - inputs;

        Tensor share = noise.std(0) / inputs.std(0);
        Close.Numbers(share).Should().OnlyContain(one => Math.Abs(one - 0.5) < 0.06);
    }

    [Fact]
    public void Shift_moves_whole_pixels_and_fills_with_zero()
    {
        Tensor image = torch.zeros(1, 1, 5, 5);
        image[0, 0, 2, 2] = 1;
        using var originals = new LabeledSamples(new TensorData(image, torch.tensor([0L])));

        Tensor shifted = originals.Generate(new RandomTranslation(1), count: 200).Read(torch.arange(200, torch.ScalarType.Int64)).Inputs;

        Close.Numbers(shifted.flatten(1).sum(1)).Should().OnlyContain(sum => sum == 1);
        Close.Numbers(shifted.flatten(1).argmax(1)).Distinct().Order().Should().Equal(6, 7, 8, 11, 12, 13, 16, 17, 18);
    }

    [Fact]
    public void Affine_warp_without_room_changes_nothing()
    {
        Tensor warped = _originals.Generate(new RandomAffine { Degrees = 0, Scale = 0, Pixels = 0 }, count: 12)
            .Read(torch.arange(12, torch.ScalarType.Int64)).Inputs;

        Close.Numbers(warped - _originals.Inputs).Should().OnlyContain(difference => Math.Abs(difference) < 1e-5);
    }

    [Fact]
    public void Affine_warp_keeps_the_content_near_its_place()
    {
        Tensor image = torch.zeros(1, 1, 9, 9);
        image[0, 0, 4, 4] = 1;
        using var originals = new LabeledSamples(new TensorData(image, torch.tensor([0L])));

        Tensor warped = originals.Generate(new RandomAffine { Degrees = 90, Scale = 0, Pixels = 0 }, count: 50)
            .Read(torch.arange(50, torch.ScalarType.Int64)).Inputs;

        Close.Numbers(warped.flatten(1).argmax(1)).Should().OnlyContain(place => place == 40);
    }

    [Fact]
    public void Mixup_lies_between_its_parents_with_labels_in_the_same_shares()
    {
        using var originals = new LabeledSamples(new TensorData(torch.tensor(new[,] { { 0f }, { 1f } }), torch.tensor([0L, 1])));

        Batch batch = originals.Generate(new Mixup(), count: 100).Read(torch.arange(100, torch.ScalarType.Int64));

        double[] inputs = Close.Numbers(batch.Inputs);
        inputs.Should().OnlyContain(input => input >= 0 && input <= 1).And.Contain(input => input > 0.4 && input < 0.6);
        Close.Numbers(batch.Labels!.select(1, 1)).Zip(inputs).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
    }

    [Fact]
    public void Mixture_takes_its_generators_in_their_weights()
    {
        using var originals = new LabeledSamples(new TensorData(torch.ones(1, 1), torch.tensor([0L])));
        var mixture = new RandomChoice([(new Times(1), 3), (new Times(2), 1)]);

        double[] inputs = Close.Numbers(originals.Generate(mixture, count: 2000).Read(torch.arange(2000, torch.ScalarType.Int64)).Inputs);

        inputs.Count(input => input == 2).Should().BeCloseTo(500, 70);
        inputs.Should().OnlyContain(input => input == 1 || input == 2);
    }

    [Theory]
    [InlineData(nameof(RandomTranslation))]
    [InlineData(nameof(RandomAffine))]
    [InlineData(nameof(RandomHorizontalFlip))]
    [InlineData(nameof(RandomResizedCrop))]
    [InlineData(nameof(ElasticTransform))]
    [InlineData(nameof(Cutout))]
    [InlineData(nameof(GaussianBlur))]
    [InlineData(nameof(DownSampling))]
    [InlineData(nameof(CutMix))]
    public void What_is_no_image_is_named(string name)
    {
        using var originals = new LabeledSamples(Some.Data());
        Action read = () => originals.Generate(All[name], count: 3).Read(torch.tensor([0L]));

        read.Should().Throw<InvalidOperationException>().WithMessage($"{name} takes images*, 6]*");
    }

    [Theory]
    [InlineData(nameof(Smote))]
    [InlineData(nameof(ClassGaussian))]
    [InlineData(nameof(ClassKernelDensity))]
    public void Missing_labels_are_refused(string name)
    {
        using var originals = new LabeledSamples(new TensorData(Some.Inputs(5)));
        Action read = () => originals.Generate(All[name], count: 3).Read(torch.tensor([0L]));

        read.Should().Throw<InvalidOperationException>().WithMessage("*needs labels*");
    }

    // Tables have four columns: two of numbers and two of names.
    private static LabeledSamples Suitable(string name, torch.ScalarType dtype = torch.ScalarType.Float32, long samples = 12) => new(
        new TensorData(
            name is nameof(TableColumns) or "Munge of kinds"
                ? Some.Inputs(samples, 4, dtype: dtype).mul_(3).round_()
                : Some.Inputs(samples, 64, dtype: dtype).view(samples, 1, 8, 8),
            Some.Labels(samples)));

    private sealed class Times(double factor) : SampleTransform
    {
        protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random) => inputs * factor;
    }
}
