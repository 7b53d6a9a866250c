using Distillation.Caching;
using Distillation.Models;
using static TorchSharp.torch.nn;

namespace Distillation.Arrow.Tests;

/// <summary>Several processes fill one store, each its part.</summary>
public sealed class FillPartTests : IDisposable
{
    private const long Samples = 50;
    private const int BatchSize = 8;

    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-parts-").FullName;
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data;
    private readonly Counting _teacher;

    public FillPartTests()
    {
        torch.manual_seed(3);
        _data = new(torch.randn(Samples, 6));
        _teacher = new(Teacher.From(Linear(6, 4)));
    }

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void All_parts_together_have_the_content_of_one_fill()
    {
        using var whole = new CachedTeacher(_teacher, Samples);
        whole.Fill(_data, BatchSize);
        _teacher.Rows = 0;

        for (int part = 0; part < 3; part++)
        {
            using ArrowOutputStore store = Open();
            using var cached = new CachedTeacher(_teacher, store);
            cached.FillPart(_data, part, parts: 3, BatchSize);
        }

        _teacher.Rows.Should().Be(Samples, "each sample runs in one part alone");
        using ArrowOutputStore all = Open();
        all.Filled.Should().Be(Samples);
        Tensor numbers = torch.arange(Samples, torch.ScalarType.Int64);
        all.Read(numbers, FeatureSet.None).Logits.data<float>().ToArray()
            .Should().Equal(whole.Predict(_data.Read(numbers), FeatureSet.None).Logits.data<float>().ToArray());
    }

    [Fact]
    public void A_part_is_the_same_whatever_others_have_filled()
    {
        using (ArrowOutputStore store = Open())
        {
            using var cached = new CachedTeacher(_teacher, store);
            cached.FillPart(_data, part: 1, parts: 2, BatchSize);
        }

        using ArrowOutputStore later = Open();
        using var other = new CachedTeacher(_teacher, later);
        other.FillPart(_data, part: 0, parts: 2, BatchSize);

        later.Filled.Should().Be(Samples);
    }

    [Fact]
    public void A_part_that_is_none_is_refused()
    {
        using var cached = new CachedTeacher(_teacher, Samples);

        Action fill = () => cached.FillPart(_data, part: 2, parts: 2);

        fill.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*part must be in [0, 1]*");
        cached.Filled.Should().Be(0);
    }

    private ArrowOutputStore Open() => ArrowOutputStore.Open(_directory, Samples, "a test");

    private sealed class Counting(ITeacher inner) : DelegatingTeacher(inner)
    {
        public long Rows { get; set; }

        public override ModelOutput Predict(Batch batch, FeatureSet features)
        {
            Rows += batch.Count;
            return base.Predict(batch, features);
        }
    }
}
