using Distillation.Losses;
using Distillation.Tests.Training.Trainers;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses.Logits;

public sealed class PreviousBatchLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Student_of_the_batch_before_is_the_loop_by_hand()
    {
        using TensorData data = Some.Data(samples: 14, seed: 7, dtype: torch.ScalarType.Float64);
        var options = new TrainerOptions { Epochs = 3, BatchSize = 6, Order = SampleOrder.Overlapping, Optimizer = new SgdOptimizer(0.3) };
        Sequential student = New();

        new SupervisedTrainer(Student.From(student), new HardLabelLoss() + (2 * new PreviousBatchLoss(14)), options).Fit(data);

        Sequential byHand = New();
        var order = new BatchOrder(data, options);
        Dictionary<long, Tensor> before = [];
        for (int epoch = 0; epoch < 3; epoch++)
        {
            using Tensor numbers = order.Of(epoch);
            for (long step = 0; step < 5; step++)
            {
                byHand.zero_grad();
                Tensor batch = order.Cut(numbers, step);
                Tensor logits = byHand.call(data.Inputs.index_select(0, batch));
                Tensor loss = functional.cross_entropy(logits, data.Labels!.index_select(0, batch));
                long[] samples = [.. batch.data<long>()];
                foreach ((int row, long sample) in samples.Index().Where(one => before.ContainsKey(one.Item)))
                {
                    loss = loss + (2 * ByHand.Divergence(logits[row].unsqueeze(0), before[sample].unsqueeze(0), 3) / samples.Length);
                }

                loss.backward();
                before = samples.Index().ToDictionary(one => one.Item, one => logits[one.Index].detach().clone());
                using var noGradient = torch.no_grad();
                foreach (Parameter parameter in byHand.parameters())
                {
                    parameter.sub_(parameter.grad! * 0.3);
                }
            }
        }

        Close.ShouldBe(Some.Weights(student), Some.Weights(byHand), 1e-9, "weights");
    }

    [Fact]
    public void Samples_that_were_not_in_the_batch_before_have_no_part()
    {
        var loss = new PreviousBatchLoss(samples: 20);
        Tensor first = Some.Inputs(4, 3, 1, torch.ScalarType.Float64).requires_grad_();
        Tensor second = Some.Inputs(4, 3, 2, torch.ScalarType.Float64);
        loss.Prepare(Context(first, [0, 1, 2, 3], step: 0));

        loss.Compute(Context(first, [0, 1, 2, 3], step: 0)).item<double>().Should().Be(0, "there is no batch before the first");
        double halfSeen = loss.Compute(Context(second, [2, 3, 4, 5], step: 1)).item<double>();
        double aStepLater = loss.Compute(Context(second, [2, 3, 4, 5], step: 2)).item<double>();

        Close.ShouldBe(halfSeen, ByHand.Divergence(second[..2], first[2..], 3).item<double>() / 2, 1e-12);
        aStepLater.Should().Be(0, "an output that was not trained on is not remembered, and the batch before is another one");
    }

    [Theory]
    [InlineData("[2, 2, 3]", new long[] { 2, 2, 3 })]
    [InlineData("[12, 1]", new long[] { 12, 1 })]
    public void Sequences_and_single_outputs_are_refused_before_the_run(string shape, long[] sizes)
    {
        Action prepare = () => new PreviousBatchLoss(4).Prepare(new DistillationContext(new ModelOutput(torch.zeros(sizes)), null, Some.Batch()));

        prepare.Should().Throw<InvalidOperationException>()
            .WithMessage($"PreviousBatchLoss needs logits [N, C], one row a sample, of two classes at least, but they are {shape}.");
    }

    [Fact]
    public void Order_in_which_no_sample_comes_again_is_refused_before_the_run()
    {
        using TensorData data = Some.Data(samples: 14);
        Sequential student = Some.Mlp();
        double[] before = Some.Weights(student);
        IDistillationLoss loss = new HardLabelLoss() + new StandardizedLoss(new PreviousBatchLoss(14) + new HardLabelLoss());
        Action fit = () => new SupervisedTrainer(Student.From(student), loss, new TrainerOptions { Epochs = 1, BatchSize = 6 }).Fit(data);

        fit.Should().Throw<ArgumentException>().WithMessage("The loss 'Standardized' learns from the samples of the batch before, but with Order Shuffled *");
        Some.Weights(student).Should().Equal(before);
    }

    [Fact]
    public void Masked_samples_do_not_count()
    {
        var loss = new PreviousBatchLoss(samples: 4);
        Tensor first = Some.Inputs(4, 3, 1, torch.ScalarType.Float64).requires_grad_();
        Tensor second = Some.Inputs(4, 3, 2, torch.ScalarType.Float64);
        Batch batch = Context(second, [0, 1, 2, 3], step: 1).Batch;
        var masked = new MaskedBatch(batch.Inputs, batch.Labels, batch.Indices, torch.tensor([true, false, true, true]));
        loss.Prepare(Context(first, [0, 1, 2, 3], step: 0));
        _ = loss.Compute(Context(first, [0, 1, 2, 3], step: 0));

        double value = loss.Compute(new DistillationContext(new ModelOutput(second), null, masked, new TrainingPosition(0, 1, 10, 5))).item<double>();

        Tensor kept = torch.tensor([0L, 2, 3]);
        Close.ShouldBe(value, ByHand.Divergence(second.index_select(0, kept), first.index_select(0, kept), 3).item<double>(), 1e-12);
    }

    [Fact]
    public void Sample_beyond_those_of_the_loss_is_named()
    {
        var loss = new PreviousBatchLoss(4);
        DistillationContext context = Context(Some.Inputs(2, 3), [1, 4], step: 0);
        loss.Prepare(context);

        loss.Invoking(one => one.Compute(context)).Should().Throw<InvalidOperationException>()
            .WithMessage("The loss was made for 4 samples, with numbers in [0, 3], but the batch has sample 4.");
    }

    [Fact]
    public void Temperature_is_that_of_the_constructor() => new PreviousBatchLoss(4, 2).Temperature.At(default).Should().Be(2);

    private static DistillationContext Context(Tensor logits, long[] samples, long step) => new(
        new ModelOutput(logits),
        teacher: null,
        new Batch(torch.zeros(samples.Length, 1), torch.zeros(samples.Length, torch.ScalarType.Int64), torch.tensor(samples)),
        new TrainingPosition(0, step, 10, 5));

    private static Sequential New()
    {
        torch.manual_seed(5);
        return (Sequential)Sequential(("in", Linear(6, 8)), ("act", ReLU()), ("out", Linear(8, 3))).to(torch.ScalarType.Float64);
    }
}
