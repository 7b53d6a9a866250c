using Distillation.Losses;

namespace Distillation.Tests.Losses.Relations;

public sealed class ContrastiveLossTests
{
    [Fact]
    public void Others_are_all_but_the_sample_itself()
    {
        using var scope = torch.NewDisposeScope();
        using var sampler = new ContrastSampler(5, classIds: null, torch.CPU);
        torch.manual_seed(1);

        long[][] drawn = Rows(sampler.Draw(torch.tensor([4L, 0, 2]), 200));

        drawn.Select(row => row[0]).Should().Equal(4, 0, 2);
        drawn[0].Skip(1).Distinct().Order().Should().Equal(0, 1, 2, 3);
        drawn[1].Skip(1).Distinct().Order().Should().Equal(1, 2, 3, 4);
        drawn[2].Skip(1).Distinct().Order().Should().Equal(0, 1, 3, 4);
    }

    [Fact]
    public void Others_are_of_other_classes_where_classes_are_known()
    {
        using var scope = torch.NewDisposeScope();
        long[] classes = [7, 3, 7, 5, 3, 7];
        using var sampler = new ContrastSampler(classes.Length, classes, torch.CPU);
        torch.manual_seed(1);

        long[][] drawn = Rows(sampler.Draw(torch.arange(classes.Length, torch.ScalarType.Int64), 200));

        drawn.Should().AllSatisfy(row => row.Skip(1).Distinct().Order().Should().Equal(
            Enumerable.Range(0, classes.Length).Where(other => classes[other] != classes[row[0]]).Select(other => (long)other)));
    }

    [Fact]
    public void Every_other_sample_is_as_likely()
    {
        using var scope = torch.NewDisposeScope();
        using var sampler = new ContrastSampler(5, classIds: null, torch.CPU);
        torch.manual_seed(1);

        long[] drawn = Rows(sampler.Draw(torch.tensor([2L]), 40_000))[0];

        drawn.Skip(1).CountBy(other => other).Should().AllSatisfy(other => other.Value.Should().BeCloseTo(10_000, 400));
    }

    [Fact]
    public void Chance_is_that_of_the_seed()
    {
        using var scope = torch.NewDisposeScope();
        double First()
        {
            torch.manual_seed(5);
            return LayerValue.Of(Loss(), LayerValue.Random(1, 4, 3), LayerValue.Random(2, 4, 3));
        }

        First().Should().Be(First());
    }

    [Fact]
    public void Memory_of_the_batch_alone_moves_and_keeps_length_one()
    {
        using var scope = torch.NewDisposeScope();
        ContrastiveLoss loss = Loss();
        DistillationContext context = LayerValue.Context(LayerValue.Random(1, 4, 3), LayerValue.Random(2, 4, 3));
        loss.Prepare(context);
        Tensor memory = loss.Module!.named_buffers().Single(buffer => buffer.name == "student._memory").buffer;
        Tensor before = memory.clone();

        loss.Compute(context);

        Close.Numbers((memory - before).abs().sum(1).gt(0).to(torch.ScalarType.Float64)).Should().Equal(1, 1, 1, 1, 0, 0, 0, 0, 0, 0);
        Close.Numbers(memory.narrow(0, 0, 4).square().sum(1)).Should().AllSatisfy(length => length.Should().BeApproximately(1, 1e-12));
    }

    [Fact]
    public void Without_momentum_the_memory_is_the_last_embedding()
    {
        using var scope = torch.NewDisposeScope();
        var loss = new ContrastiveLoss("student", "teacher", samples: 10, negatives: 6, dimension: 5) { Momentum = 0 };
        Tensor student = LayerValue.Random(1, 4, 3);
        DistillationContext context = LayerValue.Context(student, LayerValue.Random(2, 4, 3));
        loss.Prepare(context);

        loss.Compute(context);

        Dictionary<string, Tensor> state = loss.Module!.state_dict();
        Tensor embedded = student.mm(state["student._embedding.weight"].t()) + state["student._embedding.bias"];
        Close.ShouldBe(Close.Numbers(state["student._memory"].narrow(0, 0, 4)), Close.Numbers(embedded / embedded.norm(1, keepdim: true)), 1e-12);
    }

    [Fact]
    public void Memory_follows_the_module_to_another_data_type()
    {
        using var scope = torch.NewDisposeScope();
        ContrastiveLoss loss = Loss();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 4, 3), LayerValue.Random(2, 4, 3));
        loss.Prepare(LayerValue.Context(student, teacher));

        loss.Module!.to(torch.ScalarType.Float32);
        Tensor single = loss.Compute(LayerValue.Context(student.to(torch.ScalarType.Float32), teacher.to(torch.ScalarType.Float32)));

        single.dtype.Should().Be(torch.ScalarType.Float32);
        loss.Module!.named_buffers().Single(buffer => buffer.name == "student._memory").buffer[0].square().sum().item<float>()
            .Should().BeApproximately(1, 1e-5f, "what is saved is what is used");
    }

    [Theory]
    [InlineData(10L)]
    [InlineData(-1L)]
    public void Sample_out_of_range_is_named(long number)
    {
        using var scope = torch.NewDisposeScope();
        ContrastiveLoss loss = Loss();
        DistillationContext context = LayerValue.Context(LayerValue.Random(1, 2, 3), LayerValue.Random(2, 2, 3));
        loss.Prepare(context);

        Action compute = () => loss.Compute(new DistillationContext(context.Student, context.Teacher, context.Batch.With(indices: torch.tensor([3L, number]))));

        compute.Should().Throw<InvalidOperationException>().WithMessage($"*10 samples*?0, 9?*has sample {number}.");
    }

    [Fact]
    public void Loss_that_has_seen_no_batch_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        Action compute = () => Loss().Compute(LayerValue.Context(LayerValue.Random(1, 2, 3), LayerValue.Random(2, 2, 3)));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*call Prepare before Compute*");
    }

    [Fact]
    public void Bad_numbers_are_refused()
    {
        Refused(() => new ContrastiveLoss("student", "teacher", samples: 1), "*samples must be in*");
        Refused(() => new ContrastiveLoss("student", "teacher", samples: 10, negatives: 0), "*negatives must be positive*");
        Refused(() => new ContrastiveLoss("student", "teacher", samples: 10, dimension: 0), "*dimension must be positive*");
        Refused(() => new ContrastiveLoss("student", "teacher", samples: 10) { Temperature = 0 }, "*Temperature must be positive*");
        Refused(() => new ContrastiveLoss("student", "teacher", samples: 10) { Momentum = 1 }, "*Momentum must be in*");
        Refused(() => new ContrastiveLoss("student", "teacher", samples: 3) { ClassIds = [1, 2] }, "*each of the 3 samples*has 2 ids*");
        Refused(() => new ContrastiveLoss("student", "teacher", samples: 3) { ClassIds = [1, 1, 1] }, "*two different ones*1 of them different*");
    }

    private static ContrastiveLoss Loss() => new("student", "teacher", samples: 10, negatives: 6, dimension: 5);

    private static void Refused(Func<ContrastiveLoss> make, string message) => make.Should().Throw<ArgumentException>().WithMessage(message);

    private static long[][] Rows(Tensor drawn) => [.. Enumerable.Range(0, (int)drawn.size(0)).Select(row => drawn[row].data<long>().ToArray())];
}
