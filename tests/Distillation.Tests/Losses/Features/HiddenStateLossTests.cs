using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class HiddenStateLossTests
{
    public static TheoryData<string> Losses => [nameof(HiddenStateCosineLoss), nameof(HiddenStateMseLoss)];

    [Fact]
    public void Mse_is_the_mean_over_places_that_count()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new double[,,] { { { 1, 2 }, { 0, 0 } }, { { 3, 0 }, { 9, 9 } } });
        Tensor teacher = torch.zeros_like(student);

        LayerValue.Of(Make(nameof(HiddenStateMseLoss)), student, teacher).Should().BeApproximately((1 + 4 + 9 + 81 + 81) / 8.0, 1e-12);
        LayerValue.Of(Make(nameof(HiddenStateMseLoss)), student, teacher, torch.tensor(new long[,] { { 1, 1 }, { 1, 0 } }))
            .Should().BeApproximately((1 + 4 + 9) / 6.0, 1e-12);
    }

    [Fact]
    public void Cosine_is_the_mean_over_places_that_count()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new double[,,] { { { 1, 0 }, { 0, 2 } }, { { 3, 4 }, { 5, 5 } } });
        Tensor teacher = torch.tensor(new double[,,] { { { 7, 0 }, { 5, 0 } }, { { 4, 3 }, { -1, -1 } } });

        LayerValue.Of(Make(nameof(HiddenStateCosineLoss)), student, teacher).Should().BeApproximately((0 + 1 + 0.04 + 2) / 4, 1e-12);
        LayerValue.Of(Make(nameof(HiddenStateCosineLoss)), student, teacher, torch.tensor(new[,] { { true, true }, { true, false } }))
            .Should().BeApproximately((0 + 1 + 0.04) / 3, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Batch_that_is_all_padding_costs_nothing(string name)
    {
        using var scope = torch.NewDisposeScope();

        LayerValue.Of(Make(name), LayerValue.Random(1, 2, 3, 4), LayerValue.Random(2, 2, 3, 4), torch.zeros(2, 3)).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Mask_of_other_places_is_refused(string name)
    {
        using var scope = torch.NewDisposeScope();
        Action compute = () => LayerValue.Of(Make(name), LayerValue.Random(1, 2, 3, 4), LayerValue.Random(2, 2, 3, 4), torch.ones(2, 5));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*mask must be ?2, 3?*but is ?2, 5?*");
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Widths_that_differ_need_a_connector(string name)
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 2, 3, 4), LayerValue.Random(2, 2, 3, 6));
        Action compute = () => LayerValue.Of(Make(name), student, teacher);

        compute.Should().Throw<InvalidOperationException>().WithMessage("*student's is ?2, 3, 4? and the teacher's ?2, 3, 6?*connector*");
        LayerValue.Of(Make(name, new LinearConnector()), student, teacher).Should().BePositive();
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Several_pairs_count_by_their_mean_and_have_a_connector_each(string name)
    {
        using var scope = torch.NewDisposeScope();
        Tensor[] student = [LayerValue.Random(1, 2, 3, 4), LayerValue.Random(2, 2, 3, 4)];
        Tensor[] teacher = [LayerValue.Random(3, 2, 3, 4), LayerValue.Random(4, 2, 3, 4)];
        LayerPair[] pairs = [new("0", "0"), new("1", "1")];
        var both = new DistillationContext(Layers(student), Layers(teacher), new Batch(torch.zeros(2, 1), labels: null, torch.arange(2)));

        double mean = (LayerValue.Of(Make(name), student[0], teacher[0]) + LayerValue.Of(Make(name), student[1], teacher[1])) / 2;
        LossOf(name, pairs, null).Compute(both).item<double>().Should().BeApproximately(mean, 1e-12);
        IDistillationLoss connected = LossOf(name, pairs, new LinearConnector());
        connected.Prepare(both);
        connected.Module!.parameters().Should().HaveCount(4);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Connector_that_has_seen_no_batch_is_refused(string name)
    {
        using var scope = torch.NewDisposeScope();
        Action compute = () => Make(name, new LinearConnector()).Compute(LayerValue.Context(LayerValue.Random(1, 2, 4), LayerValue.Random(2, 2, 4)));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*call Prepare before Compute*");
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void No_pair_is_refused(string name)
    {
        Action make = () => LossOf(name, [], null);

        make.Should().Throw<ArgumentException>().WithMessage("*a pair of layers at least*");
    }

    private static ModelOutput Layers(Tensor[] layers) =>
        new(torch.zeros(2, 2, torch.ScalarType.Float64), layers.Index().ToDictionary(layer => new Feature($"{layer.Index}"), layer => layer.Item));

    private static IDistillationLoss Make(string name, Connector? connector = null) => LossOf(name, [new("student", "teacher")], connector);

    private static IDistillationLoss LossOf(string name, LayerPair[] pairs, Connector? connector) =>
        name == nameof(HiddenStateMseLoss) ? new HiddenStateMseLoss(pairs, connector) : new HiddenStateCosineLoss(pairs, connector);
}
