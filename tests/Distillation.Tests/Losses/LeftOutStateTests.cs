using Distillation.Losses;

namespace Distillation.Tests.Losses;

/// <summary>Places of layers that a mask rules out: whatever stands there has no part in value or gradient, of connectors too.</summary>
public sealed class LeftOutStateTests : IDisposable
{
    private const long Width = 6;

    private static readonly Feature Layer = new("layer");
    private static readonly double[] Junk = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 6e4];

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Tensor _mask = torch.tensor(new long[,] { { 1, 1, 0, 0 }, { 1, 1, 1, 1 }, { 1, 0, 0, 0 } });

    public static TheoryData<string, torch.ScalarType> Cases => Of(States.Keys.Concat(Heads.Keys));

    public static TheoryData<string, torch.ScalarType> StateCases => Of(States.Keys);

    // Losses to which a layer [N, T, D] is N·T states.
    private static Dictionary<string, Func<IDistillationLoss>> States { get; } = new()
    {
        ["mean square"] = () => new HiddenStateMseLoss([new(Layer, Layer)]),
        ["mean square, connected"] = () => new HiddenStateMseLoss([new(Layer, Layer)], new LinearConnector()),
        ["patient"] = () => new PatientHiddenStateLoss([new(Layer, Layer)], new LinearConnector()) { FirstPlaceOnly = false },
        ["cosine"] = () => new HiddenStateCosineLoss([new(Layer, Layer)], new LinearConnector()),
        ["hint"] = () => new HintLoss(Layer, Layer),
        ["hint, connected"] = () => new HintLoss(Layer, Layer, new MlpConnector()),
        ["projectors"] = () => new ProjectorEnsembleLoss(Layer, Layer),
        ["correlation"] = () => new LayerCorrelationLoss(Layer, Layer, new LinearConnector()),
        ["simple recipe"] = () => new SimpleRecipeLoss(Layer, Layer),
    };

    private static Dictionary<string, Func<IDistillationLoss>> Heads { get; } = new()
    {
        ["attention"] = () => new AttentionMapLoss(new LayerPair(Layer, Layer)),
        ["attention, divergence"] = () => new AttentionMapLoss(new LayerPair(Layer, Layer)) { Distance = AttentionDistance.KullbackLeibler },
        ["patient, first place"] = () => new PatientHiddenStateLoss([new(Layer, Layer)], new LinearConnector()),
        ["values"] = () => new ValueRelationLoss(Layer, Layer),
        ["values, cut anew"] = () => new ValueRelationLoss(Layer, Layer) { RelationHeads = 2 },
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Junk_at_padding_changes_nothing(string name, torch.ScalarType dtype)
    {
        double[] expected = Measure(name, dtype, _mask, junk: 0.5);

        expected.Should().AllSatisfy(number => double.IsFinite(number).Should().BeTrue()).And.Contain(number => number != 0);
        foreach (double junk in Junk)
        {
            Measure(name, dtype, _mask, junk).Should().Equal(expected, $"{junk} stands where nothing counts");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Nothing_but_padding_costs_nothing(string name, torch.ScalarType dtype) =>
        Measure(name, dtype, torch.zeros_like(_mask), double.NaN).Should().AllBeEquivalentTo(0.0);

    [Theory]
    [MemberData(nameof(StateCases))]
    public void States_that_count_are_compared_as_if_they_were_samples(string name, torch.ScalarType dtype)
    {
        if (dtype != torch.ScalarType.Float64)
        {
            return;
        }

        (Tensor student, Tensor teacher) = Layers(name, dtype);
        Tensor kept = _mask.view(-1).nonzero().squeeze(1);
        IDistillationLoss loss = Prepare(name, student, teacher);
        Tensor Kept(Tensor layer) => layer.reshape(-1, Width).index_select(0, kept);

        double value = loss.Compute(Context(student, teacher, _mask)).item<double>();

        Close.ShouldBe(value, loss.Compute(Context(Kept(student), Kept(teacher), null)).item<double>(), 1e-9);
    }

    [Fact]
    public void Mask_of_samples_leaves_out_samples()
    {
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 3, 4, Width), LayerValue.Random(2, 3, 4, Width));
        IDistillationLoss loss = States["mean square"]();
        Tensor mask = torch.tensor([1L, 0, 1]);

        double places = loss.Compute(Context(student, teacher, mask)).item<double>();
        double samples = loss.Compute(Context(student.select(1, 0), teacher.select(1, 0), mask)).item<double>();

        Close.ShouldBe(places, (student - teacher).square().index_select(0, torch.tensor([0L, 2])).mean().item<double>(), 1e-12);
        Close.ShouldBe(samples, (student - teacher).square().select(1, 0).index_select(0, torch.tensor([0L, 2])).mean().item<double>(), 1e-12);
    }

    [Fact]
    public void Hint_between_layers_that_are_no_states_takes_no_mask()
    {
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 3, 5, Width), LayerValue.Random(2, 3, 5, Width));

        States["hint"]().Compute(Context(student, teacher, _mask)).item<double>()
            .Should().Be(States["hint"]().Compute(Context(student, teacher, null)).item<double>());
    }

    private static TheoryData<string, torch.ScalarType> Of(IEnumerable<string> names)
    {
        var data = new TheoryData<string, torch.ScalarType>();
        foreach (string name in names)
        {
            foreach (torch.ScalarType dtype
                in (torch.ScalarType[])[torch.ScalarType.Float64, torch.ScalarType.Float32, torch.ScalarType.BFloat16, torch.ScalarType.Float16])
            {
                data.Add(name, dtype);
            }
        }

        return data;
    }

    private static double[] Measure(string name, torch.ScalarType dtype, Tensor mask, double junk)
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = Layers(name, dtype);
        IDistillationLoss loss = Prepare(name, student, teacher);
        Tensor left = mask.eq(0);
        student = Spoil(student, left, junk).requires_grad_();

        Tensor value = loss.Compute(Context(student, Spoil(teacher, left, junk), mask));
        value.backward();

        return
        [
            .. Close.Numbers(value),
            .. Close.Numbers(student.grad!),
            .. (loss.Module?.parameters() ?? []).SelectMany(parameter => Close.Numbers(parameter.grad!)),
        ];
    }

    private static IDistillationLoss Prepare(string name, Tensor student, Tensor teacher)
    {
        torch.manual_seed(3);
        IDistillationLoss loss = States.TryGetValue(name, out Func<IDistillationLoss>? make) ? make() : Heads[name]();
        using var noGradient = torch.no_grad();
        loss.Prepare(Context(student, teacher, null));
        return loss;
    }

    private static (Tensor Student, Tensor Teacher) Layers(string name, torch.ScalarType dtype)
    {
        long[] shape = name.StartsWith("attention", StringComparison.Ordinal) ? [3, 2, 4, 4] : name == "values" ? [3, 2, 4, Width] : [3, 4, Width];
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, shape), LayerValue.Random(2, shape));
        return name.StartsWith("attention", StringComparison.Ordinal)
            ? (TorchSharp.torch.nn.functional.softmax(student, -1).to(dtype), TorchSharp.torch.nn.functional.softmax(teacher, -1).to(dtype))
            : (student.to(dtype), teacher.to(dtype));
    }

    private static Tensor Spoil(Tensor layer, Tensor left, double junk)
    {
        if (layer.dim() == 3)
        {
            return layer.masked_fill(left.unsqueeze(2), junk);
        }

        Tensor rows = left.unsqueeze(1).unsqueeze(3);
        return layer.masked_fill(layer.size(3) == Width ? rows : rows.logical_or(left.unsqueeze(1).unsqueeze(2)), junk);
    }

    private static DistillationContext Context(Tensor student, Tensor teacher, Tensor? mask)
    {
        long samples = student.size(0);
        (Tensor inputs, Tensor indices, Tensor logits) = (torch.zeros(samples, 1), torch.arange(samples), torch.zeros(samples, 2));
        return new(
            new ModelOutput(logits, new Dictionary<Feature, Tensor> { [Layer] = student }),
            new ModelOutput(logits, new Dictionary<Feature, Tensor> { [Layer] = teacher }),
            mask is null ? new Batch(inputs, null, indices) : new MaskedBatch(inputs, null, indices, mask));
    }
}
