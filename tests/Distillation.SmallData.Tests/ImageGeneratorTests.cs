namespace Distillation.SmallData.Tests;

public sealed class ImageGeneratorTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void CutMix_puts_a_rectangle_of_another_image_in_and_shares_the_label_by_area()
    {
        using LabeledSamples originals = Flat(2, 6, 10);

        Batch batch = Read(originals, new CutMix(), 300);

        double[][] images = Rows(batch.Inputs);
        double[] ofOne = Close.Numbers(batch.Labels!.select(1, 1));
        for (int i = 0; i < images.Length; i++)
        {
            ofOne[i].Should().BeApproximately(images[i].Average(), 1e-6);
            int[] other = [.. Enumerable.Range(0, 60).Where(pixel => images[i][pixel] != i % 2)];
            if (other.Length > 0)
            {
                int height = other.Max(pixel => pixel / 10) - other.Min(pixel => pixel / 10) + 1;
                int width = other.Max(pixel => pixel % 10) - other.Min(pixel => pixel % 10) + 1;
                other.Length.Should().Be(height * width);
            }
        }
    }

    [Fact]
    public void CutMix_takes_on_the_average_the_area_of_its_distribution()
    {
        using LabeledSamples originals = Flat(2, 32, 32);

        double[] ofOne = Close.Numbers(originals.Generate(new CutMix(), 4000).Read(torch.arange(0, 4000, 2, torch.ScalarType.Int64)).Labels!.select(1, 1));

        // Of a side s with its center anywhere the border leaves s − s²/4 on the average; s² is even in [0, 1): E[(s − s²/4)²] = 1/2 − 1/5 + 1/48. The other
        // image is of the other class half of the time.
        ofOne.Average().Should().BeApproximately(0.5 * (0.5 - 0.2 + (1.0 / 48)), 0.015);
    }

    [Fact]
    public void CutMix_lets_its_inner_generator_work_first()
    {
        using LabeledSamples originals = Flat(1, 4, 4);

        Close.Numbers(Read(originals, new CutMix(new Times(3)), 20).Inputs).Should().OnlyContain(value => value == 0);
        using LabeledSamples ones = new(new TensorData(torch.ones(1, 1, 4, 4), torch.tensor([0L])));
        Close.Numbers(Read(ones, new CutMix(new Times(3)), 20).Inputs).Should().OnlyContain(value => value == 3);
    }

    [Fact]
    public void CutOut_sets_a_square_to_zero_that_the_border_may_cut()
    {
        using var originals = new LabeledSamples(new TensorData(torch.ones(1, 2, 9, 9)));

        double[][] images = Rows(Read(originals, new Cutout(5), 400).Inputs);

        foreach (double[] image in images)
        {
            image[..81].Should().Equal(image[81..]);
            int[] holes = [.. Enumerable.Range(0, 81).Where(pixel => image[pixel] == 0)];
            int height = holes.Max(pixel => pixel / 9) - holes.Min(pixel => pixel / 9) + 1;
            int width = holes.Max(pixel => pixel % 9) - holes.Min(pixel => pixel % 9) + 1;
            holes.Length.Should().Be(height * width);
            height.Should().BeInRange(3, 5);
            width.Should().BeInRange(3, 5);
        }

        images.Should().Contain(image => image.Count(value => value == 0) == 50).And.Contain(image => image[0] == 0).And.Contain(image => image[80] == 0);
    }

    [Fact]
    public void Flip_mirrors_half_of_the_images_left_to_right()
    {
        using var originals = new LabeledSamples(new TensorData(torch.tensor(new[] { 1f, 2, 3, 4, 5, 6 }).view(1, 1, 2, 3)));

        double[][] images = Rows(Read(originals, new RandomHorizontalFlip(), 400).Inputs);

        images.Should().OnlyContain(image => image.SequenceEqual(new double[] { 1, 2, 3, 4, 5, 6 }) || image.SequenceEqual(new double[] { 3, 2, 1, 6, 5, 4 }));
        images.Count(image => image[0] == 3).Should().BeCloseTo(200, 40);
    }

    [Fact]
    public void Flip_of_probability_one_mirrors_all()
    {
        using var originals = new LabeledSamples(new TensorData(torch.tensor(new[] { 1f, 2 }).view(1, 1, 1, 2)));

        Close.Numbers(Read(originals, new RandomHorizontalFlip(1), 3).Inputs).Should().Equal(2, 1, 2, 1, 2, 1);
    }

    [Fact]
    public void Crop_enlarges_a_part_of_the_image()
    {
        // On a ramp a part is a ramp: its slope is the share, and it stays inside.
        using var originals = new LabeledSamples(new TensorData(torch.arange(12, torch.ScalarType.Float64).expand(1, 1, 12, 12).contiguous()));

        double[][] images = Rows(Read(originals, new RandomResizedCrop(0.5), 200).Inputs);

        double[] slopes = [.. images.Select(image => image[6] - image[5])];
        slopes.Should().OnlyContain(slope => slope >= 0.5 - 1e-9 && slope <= 1 + 1e-9).And.Contain(slope => slope < 0.6).And.Contain(slope => slope > 0.9);
        for (int i = 0; i < images.Length; i++)
        {
            // The middle of a part of the share s is in [5.5 − 6(1 − s), 5.5 + 6(1 − s)].
            double middle = (images[i][5] + images[i][6]) / 2;
            Math.Abs(middle - 5.5).Should().BeLessThanOrEqualTo((6 * (1 - slopes[i])) + 1e-9);
        }

        images.Select(image => image[5] + image[6]).Should().Contain(sum => sum < 10).And.Contain(sum => sum > 12);
    }

    [Fact]
    public void Crop_of_the_whole_changes_nothing()
    {
        using var originals = new LabeledSamples(Some.Images());

        Close.ShouldBe(Close.Numbers(Read(originals, new RandomResizedCrop(1), 20).Inputs), Close.Numbers(originals.Inputs), 1e-12);
    }

    [Fact]
    public void Elastic_warp_moves_pixels_by_the_deviation_that_is_promised()
    {
        // On a ramp the displacement to the right is what is read.
        const int size = 40;
        using var originals = new LabeledSamples(new TensorData(torch.arange(size, torch.ScalarType.Float64).expand(1, 1, size, size).contiguous()));

        Tensor moved = Read(originals, new ElasticTransform { Strength = 8, Smoothness = 2 }, 60).Inputs - originals.Inputs;

        Tensor middle = moved.narrow(2, 10, 20).narrow(3, 10, 20);
        double deviation = Math.Sqrt(Close.Numbers(middle).Average(move => move * move));
        deviation.Should().BeApproximately(0.163 * 8 / 2, 0.05);
        double step = Math.Sqrt(Close.Numbers(middle.narrow(3, 1, 19) - middle.narrow(3, 0, 19)).Average(move => move * move));
        step.Should().BeLessThan(deviation / 2, "neighbors move together");
    }

    [Fact]
    public void Elastic_warp_without_strength_changes_nearly_nothing()
    {
        using var originals = new LabeledSamples(Some.Images());

        Close.ShouldBe(Close.Numbers(Read(originals, new ElasticTransform { Strength = 1e-9 }, 20).Inputs), Close.Numbers(originals.Inputs), 1e-7);
    }

    [Fact]
    public void Blur_spreads_a_point_as_a_Gaussian()
    {
        Tensor image = torch.zeros([1, 1, 13, 13], torch.ScalarType.Float64);
        image[0, 0, 6, 6] = 1;
        using var originals = new LabeledSamples(new TensorData(image));

        double[] blurred = Close.Numbers(Read(originals, new GaussianBlur(1.5), 1).Inputs);

        double sum = Enumerable.Range(-5, 11).Sum(d => Math.Exp(-d * d / 4.5));
        double Weight(int distance) => Math.Abs(distance) > 5 ? 0 : Math.Exp(-distance * distance / 4.5) / sum;
        double[] expected = [.. Enumerable.Range(0, 169).Select(pixel => Weight((pixel / 13) - 6) * Weight((pixel % 13) - 6))];
        Close.ShouldBe(blurred, expected, 1e-12);
    }

    [Fact]
    public void Blur_leaves_what_is_even_up_to_the_border()
    {
        using var originals = new LabeledSamples(new TensorData(torch.full([1, 1, 5, 5], 3.0, torch.ScalarType.Float64)));

        Close.ShouldBe(Close.Numbers(Read(originals, new GaussianBlur(2), 1).Inputs), [.. Enumerable.Repeat(3.0, 25)], 1e-12);
    }

    [Fact]
    public void DownSampling_makes_blocks_of_means()
    {
        using var originals = new LabeledSamples(new TensorData(torch.arange(15, torch.ScalarType.Float64).view(1, 1, 3, 5)));

        double[] blocks = Close.Numbers(Read(originals, new DownSampling(2), 1).Inputs);

        blocks.Should().Equal(3, 3, 5, 5, 6.5, 3, 3, 5, 5, 6.5, 10.5, 10.5, 12.5, 12.5, 14);
    }

    [Fact]
    public void Rotation_alone_is_an_affine_warp()
    {
        Tensor image = torch.zeros(1, 1, 9, 9);
        image[0, 0, 4, 8] = 1;
        using var originals = new LabeledSamples(new TensorData(image));

        Tensor turned = Read(originals, new RandomAffine { Degrees = 180, Scale = 0, Pixels = 0 }, 200).Inputs;

        // The point stays four pixels from the middle.
        double[] places = Close.Numbers(turned.flatten(1).argmax(1));
        places.Should().OnlyContain(place => Math.Abs(Math.Sqrt(Math.Pow(Math.Floor(place / 9) - 4, 2) + Math.Pow((place % 9) - 4, 2)) - 4) < 0.8);
        places.Distinct().Count().Should().BeGreaterThan(10);
    }

    [Fact]
    public void Bad_options_are_refused_where_they_are_written()
    {
        Action[] all =
        [
            () => _ = new Cutout(0), () => _ = new RandomHorizontalFlip(2), () =>
                _ = new RandomResizedCrop(0), () => _ = new RandomResizedCrop(1.1), () => _ = new ElasticTransform { Strength = 0 },
            () => _ = new ElasticTransform { Smoothness = 0 }, () => _ = new GaussianBlur(0), () => _ = new DownSampling(1),
        ];

        all.Should().AllSatisfy(one => one.Should().Throw<ArgumentOutOfRangeException>());
    }

    // Images of the same value all over: the number of their class.
    private static LabeledSamples Flat(long classes, long height, long width) => new(new TensorData(
        torch.arange(classes, torch.ScalarType.Float32).view(-1, 1, 1, 1).expand(classes, 1, height, width).contiguous(),
        torch.arange(classes, torch.ScalarType.Int64)));

    private static Batch Read(LabeledSamples originals, ISampleGenerator generator, long count) =>
        originals.Generate(generator, count).Read(torch.arange(count, torch.ScalarType.Int64));

    private static double[][] Rows(Tensor images) => [.. Close.Numbers(images).Chunk((int)(images.numel() / images.size(0)))];

    private sealed class Times(double factor) : SampleTransform
    {
        protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random) => inputs * factor;
    }
}
