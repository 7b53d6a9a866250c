namespace Distillation.Tests;

public sealed class MaskedBatchTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Pieces_have_their_part_of_the_mask()
    {
        MaskedBatch batch = Batch();

        IReadOnlyList<Batch> pieces = batch.Split(2);

        pieces.Should().AllBeOfType<MaskedBatch>().And.HaveCount(3);
        pieces.Cast<MaskedBatch>().SelectMany(piece => Close.Numbers(piece.Mask)).Should().Equal(Close.Numbers(batch.Mask));
        pieces.Should().AllSatisfy(piece => piece.Whole.Should().BeSameAs(batch));
        pieces[0].Split(1).Should().AllSatisfy(piece => piece.Whole.Should().BeSameAs(batch));
    }

    [Fact]
    public void Other_inputs_keep_the_mask()
    {
        MaskedBatch batch = Batch();
        Tensor inputs = torch.ones(5, 7);

        var other = (MaskedBatch)batch.With(inputs: inputs);

        (other.Inputs, other.Mask).Should().Be((inputs, batch.Mask));
    }

    [Fact]
    public void Batch_that_is_on_the_device_stays_itself()
    {
        MaskedBatch batch = Batch();

        batch.To(torch.CPU).Should().BeSameAs(batch);
    }

    [Fact]
    public void Mask_of_other_samples_is_named()
    {
        Action make = () => _ = new MaskedBatch(torch.zeros(5, 3), null, torch.arange(5, torch.ScalarType.Int64), torch.ones(4, 3));

        make.Should().Throw<ArgumentException>().WithMessage("*5 samples*[4, 3]*");
    }

    [Fact]
    public void Batch_that_derives_and_carries_more_is_not_cut_in_silence()
    {
        var batch = new Wider(torch.zeros(5, 3), torch.ones(5, 3));

        batch.Split(5).Should().Equal(batch);
        ((Action)(() => batch.Split(2))).Should().Throw<NotSupportedException>().WithMessage("*Wider*MaskedBatch*Create*");
    }

    private static MaskedBatch Batch() => new(Some.Inputs(5, 3), null, torch.arange(5, torch.ScalarType.Int64), Some.Labels(15, 2).view(5, 3));

    private sealed class Wider(Tensor inputs, Tensor mask) : MaskedBatch(inputs, null, torch.arange(inputs.size(0), torch.ScalarType.Int64), mask);
}
