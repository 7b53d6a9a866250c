namespace Distillation.SmallData.Tests;

public sealed class LabeledSamplesTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Data_is_read_whole()
    {
        using TensorData data = Some.Data(samples: 9, classes: 3);

        using var originals = new LabeledSamples(data);

        originals.Count.Should().Be(9);
        Close.Numbers(originals.Inputs).Should().Equal(Close.Numbers(data.Inputs));
        Close.Numbers(originals.Labels!).Should().Equal(Close.Numbers(data.Labels!));
        Close.Numbers(originals.OneHotLabels.argmax(1)).Should().Equal(Close.Numbers(data.Labels!));
    }

    [Fact]
    public void Classes_that_do_not_occur_count_when_they_are_given()
    {
        using TensorData data = Some.Data(classes: 3);

        using var originals = new LabeledSamples(data, classes: 5);

        originals.OneHotLabels.shape.Should().Equal(20, 5);
    }

    [Fact]
    public void Label_that_is_no_class_is_named()
    {
        using TensorData data = new(Some.Inputs(4), torch.tensor([0L, 1, 7, 2]));
        Action read = () => _ = new LabeledSamples(data, classes: 3);

        read.Should().Throw<ArgumentException>().WithMessage("*[0, 2]*7*");
    }

    [Fact]
    public void Labels_are_required_when_there_are_none()
    {
        using TensorData data = new(Some.Inputs(4));
        using var originals = new LabeledSamples(data);
        Action require = () => originals.RequireLabels();

        require.Should().Throw<InvalidOperationException>().WithMessage("*needs labels*");
    }

    [Fact]
    public void What_is_remembered_is_computed_once()
    {
        using var originals = new LabeledSamples(Some.Data());
        int times = 0;
        Tensor Compute(LabeledSamples all)
        {
            times++;
            return all.Inputs.mean();
        }

        Tensor first = originals.GetOrAdd(("mean", 1), Compute);
        Tensor second = originals.GetOrAdd(("mean", 1), Compute);

        second.Should().BeSameAs(first);
        times.Should().Be(1);
    }

    [Fact]
    public void No_tensor_is_left()
    {
        TensorData data = Some.Data();
        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            using var originals = new LabeledSamples(data);
            _ = originals.OneHotLabels;
            _ = originals.GetOrAdd("mean", all => all.Inputs.mean());
        });
    }
}
