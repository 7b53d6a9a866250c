using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class FederatedComparisonTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData[] _clients =
        [SmallProblem.Heaps(30, [0, 1]), SmallProblem.Heaps(30, [2, 3], seed: 15), SmallProblem.Heaps(30, [1, 2], seed: 25)];
    private readonly TensorData _test = SmallProblem.Heaps(400, [0, 1, 2, 3], seed: 50);
    private readonly FederatedComparisonOptions _options = new()
    {
        OneShot = new() { Training = SmallProblem.Training, MinPoolSize = 300, PoolFactor = 1 },
        Averaging = new() { Rounds = 6, Training = new() { Steps = 20, BatchSize = 30, Optimizer = new SgdOptimizer(0.2) } },
        Fusion = new() { Training = SmallProblem.Training },
    };

    public void Dispose()
    {
        Array.ForEach(_clients, client => client.Dispose());
        _test.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Every_way_is_a_row_with_its_communication()
    {
        var progress = new List<FederatedComparisonRow>();

        FederatedComparisonResult result = Run(null, new Collects(progress));

        long model = 4 * ((2 * 16) + 16 + (16 * 4) + 4);
        result.Rows.Select(row => row.Name).Should().Equal(
            "each client alone",
            "one exchange of models: ensemble",
            "one exchange of models: students",
            "one exchange of models and samples: students",
            "FedAvg",
            "FedProx",
            "Scaffold",
            "FedDF",
            "all samples in one place");
        progress.Should().Equal(result.Rows);
        result.Rows.Select(row => row.Rounds).Should().Equal([0, 1, 1, 1, 6, 6, 3, 3, 0], "SCAFFOLD sends twice as much in half as many rounds");
        result.Rows.Select(row => row.BytesSent).Should().Equal(
            0,
            3 * model,
            3 * model,
            (3 * model) + (300 * 4 * (2 + 4)),
            6 * 3 * model,
            6 * 3 * model,
            6 * 3 * model,
            (3 * 3 * model) + (300 * 4 * (2 + 4)),
            0);
        result.Rows[1].BytesReceived.Should().Be(2 * 3 * model, "each client receives the models of two others");
        result.Rows[0].Accuracy.Should().BeLessThan(0.6);
        result.Rows.Skip(3).Should().OnlyContain(row => row.Accuracy > 0.85 && row.Interval.Low < row.Accuracy && row.Accuracy <= row.Interval.High + 1e-12);
        result.Best.Name.Should().NotBe("all samples in one place");
        result.Describe().Should().Contain("FedProx: accuracy").And.Contain("best without central data: " + result.Best.Name);
    }

    [Fact]
    public void Public_pool_is_labeled_once_and_costs_no_communication()
    {
        var reads = new List<long>();
        using TensorData pool = SmallProblem.Heaps(120, [0, 1, 2, 3], seed: 70);

        FederatedComparisonResult result = Run(new Counts(pool, reads), null);

        reads.Sum().Should().Be(2 * 120, "it is labeled for the exchange of models and for the fusion");
        result.Rows[2].Accuracy.Should().BeGreaterThan(0.85, "the pool reaches the classes that a client lacks");
        result.Rows[7].BytesSent.Should().Be(result.Rows[4].BytesSent / 2);
    }

    [Fact]
    public void Interval_is_that_of_Wilson()
    {
        EvaluationReport report = Evaluation.Evaluator.Evaluate(
            functional.one_hot((torch.arange(10) == 9).to(torch.ScalarType.Int64), 2).to(torch.ScalarType.Float64), torch.zeros(10, torch.ScalarType.Int64));

        FederatedComparisonRow row = FederatedComparisonRow.Of("nine of ten", [report]);

        row.Interval.Low.Should().BeApproximately(0.5958, 1e-4);
        row.Interval.High.Should().BeApproximately(0.9821, 1e-4);
    }

    [Fact]
    public void Fusion_begins_with_the_model_and_leaves_it_as_it_was()
    {
        using Module<Tensor, Tensor> start = SmallProblem.HeapNetwork();
        double[] before = Some.Weights(start);
        ITeacher ensemble = Teacher.From(inputs => torch.zeros(inputs.size(0), 4));
        var still = new FederatedFusionOptions { Training = new() { Steps = 1, Optimizer = new SgdOptimizer(1e-30) } };

        using Module<Tensor, Tensor> copy = new FederatedFusion(SmallProblem.HeapNetwork, still).Distill(start, ensemble, _test);
        using Module<Tensor, Tensor> learned =
            new FederatedFusion(SmallProblem.HeapNetwork, new() { Training = SmallProblem.Training, Labeling = new() }).Distill(start, ensemble, _test);

        Some.Weights(copy).Should().Equal(before);
        Some.Weights(start).Should().Equal(before);
        using var noGradient = torch.no_grad();
        functional.softmax(learned.call(_test.Inputs), 1).sub(0.25).abs().mean().ToDouble().Should().BeLessThan(0.02, "the ensemble is even everywhere");
    }

    [Fact]
    public void Fusion_of_another_kind_of_model_is_refused()
    {
        using Module<Tensor, Tensor> start = SmallProblem.Network();
        ITeacher ensemble = Teacher.From(inputs => torch.zeros(inputs.size(0), 4));

        FluentActions.Invoking(() => new FederatedFusion(SmallProblem.HeapNetwork).Distill(start, ensemble, _test))
            .Should().Throw<InvalidOperationException>().WithMessage("*same kind*'out.weight'*?4, 16?*?2, 16?*");
    }

    private FederatedComparisonResult Run(IDataSource? pool, IProgress<FederatedComparisonRow>? progress) =>
        new FederatedComparison(SmallProblem.HeapNetwork, new GaussianNoise(0.2), _options).Run(_clients, _test, pool, progress);

    private sealed class Collects(List<FederatedComparisonRow> rows) : IProgress<FederatedComparisonRow>
    {
        public void Report(FederatedComparisonRow value) => rows.Add(value);
    }

    private sealed class Counts(IDataSource source, List<long> reads) : IDataSource
    {
        public long Count => source.Count;

        public Batch Read(Tensor indices)
        {
            reads.Add(indices.size(0));
            return source.Read(indices);
        }
    }
}
