using Distillation.Models;

namespace Distillation.Tests.Models;

public sealed class EnsembleTeacherTests : IDisposable
{
    private static readonly double[,] First = { { 1, 2, -1 }, { 0, 0, 3 } };
    private static readonly double[,] Second = { { -2, 0.5, 1 }, { 4, 1, 1 } };

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Mean_of_probabilities_is_weighted()
    {
        using var teacher = new EnsembleTeacher([Fixed(First), Fixed(Second)], [1, 3]);

        double[] logits = Predict(teacher);

        double[] expected =
            [.. Rows().SelectMany(row => Softmax(First, row).Zip(Softmax(Second, row), (one, other) => Math.Log((0.25 * one) + (0.75 * other))))];
        logits.Should().Equal(expected, (one, other) => Math.Abs(one - other) < 1e-12);
    }

    [Fact]
    public void Class_that_no_member_holds_possible_keeps_a_finite_logit()
    {
        using var teacher = new EnsembleTeacher(Fixed(new double[,] { { 0, -800 } }), Fixed(new double[,] { { 0, -900 } }));

        Predict(teacher)[1].Should().BeApproximately(-800 - Math.Log(2), 1e-9);
    }

    [Fact]
    public void Mean_of_logits_is_weighted()
    {
        using var teacher = new EnsembleTeacher([Fixed(First), Fixed(Second)], [1, 3], EnsembleMean.Logits);

        double[] expected = [.. First.Cast<double>().Zip(Second.Cast<double>(), (one, other) => (0.25 * one) + (0.75 * other))];
        Predict(teacher).Should().Equal(expected, (one, other) => Math.Abs(one - other) < 1e-12);
    }

    [Fact]
    public void Members_count_the_same_when_no_weights_are_given()
    {
        using var even = new EnsembleTeacher(Fixed(First), Fixed(Second));
        using var weighted = new EnsembleTeacher([Fixed(First), Fixed(Second)], [2, 2]);

        Predict(even).Should().Equal(Predict(weighted));
    }

    [Fact]
    public void Members_count_by_their_weights()
    {
        ITeacher[] members = [Fixed(First), Fixed(Second)];
        using var teacher = new EnsembleTeacher(members, [1, 0]);

        teacher.Members.Should().Equal(members);
        (teacher.HasWeight(0, 2), teacher.HasWeight(1, 2)).Should().Be((true, false));
    }

    [Fact]
    public void Layers_of_members_are_required_by_number()
    {
        using var teacher = new EnsembleTeacher(Teacher.From(Some.Mlp(hidden: 4)), Teacher.From(Some.Mlp(hidden: 7)));

        ModelOutput output = teacher.Predict(Some.Batch(), FeatureSet.Of("0/act", "1/act"));

        teacher.AvailableFeatures.Should().Contain(["0/in", "1/out"]);
        (output["0/act"].size(1), output["1/act"].size(1)).Should().Be((4, 7));
    }

    [Fact]
    public void Layer_without_a_member_is_refused()
    {
        using var teacher = new EnsembleTeacher(Teacher.From(Some.Mlp()));

        Action predict = () => teacher.Predict(Some.Batch(), FeatureSet.Of("act"));

        predict.Should().Throw<ArgumentException>().WithMessage("Layer 'act' of an ensemble must begin with the number of a member*");
    }

    [Fact]
    public void Members_of_different_classes_are_named()
    {
        using var teacher = new EnsembleTeacher(Teacher.From(Some.Mlp(classes: 3)), Teacher.From(Some.Mlp(classes: 4)));

        Action predict = () => teacher.Predict(Some.Batch(), FeatureSet.None);

        predict.Should().Throw<InvalidOperationException>().WithMessage("*?8, 3?*number 1*?8, 4?*");
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused()
    {
        Action few = () => _ = new EnsembleTeacher([Fixed(First), Fixed(Second)], [1]);
        Action none = () => _ = new EnsembleTeacher([Fixed(First)], [0]);
        Action empty = () => _ = new EnsembleTeacher([]);

        few.Should().Throw<ArgumentException>().WithMessage("*ensemble of 2*");
        none.Should().Throw<ArgumentException>().WithMessage("*not all zero*");
        empty.Should().Throw<ArgumentException>().WithMessage("*at least one teacher*");
    }

    [Fact]
    public void Mean_of_probabilities_of_a_map_is_over_the_classes_of_each_place()
    {
        Tensor[] maps = [.. Enumerable.Range(0, 2).Select(seed => Some.Inputs(2, 3 * 4 * 5, seed).view(2, 3, 4, 5))];
        using var teacher = new EnsembleTeacher(Teacher.From(_ => maps[0].clone()), Teacher.From(_ => maps[1].clone()));

        Tensor mean = teacher.Predict(Some.Batch(samples: 2), FeatureSet.None).Logits.exp();

        Close.ShouldBe(Close.Numbers(mean), Close.Numbers((maps[0].softmax(1) + maps[1].softmax(1)) / 2), 1e-6, "probabilities");
    }

    [Fact]
    public void No_tensor_is_left()
    {
        using var teacher = new EnsembleTeacher(Teacher.From(Some.Mlp()), Teacher.From(Some.Mlp(seed: 5)));
        Batch batch = Some.Batch();

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            teacher.Predict(batch, FeatureSet.Of("1/act"));
        });
    }

    private static ITeacher Fixed(double[,] logits) => Teacher.From(_ => torch.tensor(logits));

    private static double[] Predict(ITeacher teacher) => teacher.Predict(Some.Batch(samples: 2), FeatureSet.None).Logits.data<double>().ToArray();

    private static IEnumerable<int> Rows() => [0, 1];

    private static double[] Softmax(double[,] logits, int row)
    {
        double sum = Enumerable.Range(0, 3).Sum(c => Math.Exp(logits[row, c]));
        return [.. Enumerable.Range(0, 3).Select(c => Math.Exp(logits[row, c]) / sum)];
    }
}
