using Distillation.Losses;
using Distillation.Models;
using Distillation.Tests.Losses;

namespace Distillation.Tests.Models;

public sealed class TopKTeacherTests : IDisposable
{
    private static readonly FeatureSet Lists = FeatureSet.Of(SparseTargetLoss.Indices, SparseTargetLoss.LogProbabilities);

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Batch _batch = Some.Batch();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Lists_are_the_likeliest_classes_and_their_log_probabilities()
    {
        using var teacher = new TopKTeacher(Teacher.From(Some.Mlp(classes: 5, dtype: torch.ScalarType.Float64)), 3);

        ModelOutput output = teacher.Predict(Some.Batch(dtype: torch.ScalarType.Float64), Lists);

        double[][] logs = [.. RowsByHand.Of(output.Logits).Select(row => RowsByHand.LogSoftmax(row))];
        Close.Numbers(output[SparseTargetLoss.Indices])
            .Should().Equal(logs.SelectMany(row => Enumerable.Range(0, 5).OrderByDescending(label => row[label]).Take(3)).Select(label => (double)label));
        Close.ShouldBe(Close.Numbers(output[SparseTargetLoss.LogProbabilities]), [.. logs.SelectMany(row => row.OrderDescending().Take(3))], 1e-12);
        output[SparseTargetLoss.Indices].dtype.Should().Be(torch.ScalarType.Int64);
    }

    [Theory]
    [InlineData(new long[] { 2, 4, 5 }, new long[] { 2, 4, 3 })]
    [InlineData(new long[] { 2, 5, 4, 6 }, new long[] { 2, 3, 4, 6 })]
    public void Lists_of_sequences_and_maps_stand_where_the_classes_stood(long[] logits, long[] expected)
    {
        using var teacher = new TopKTeacher(Teacher.From(_ => torch.rand(logits)), 3);

        ModelOutput output = teacher.Predict(_batch, Lists);

        output[SparseTargetLoss.Indices].shape.Should().Equal(expected);
        output[SparseTargetLoss.LogProbabilities].shape.Should().Equal(expected);
    }

    [Fact]
    public void Layers_of_the_inner_teacher_are_given_too()
    {
        using var teacher = new TopKTeacher(Teacher.From(Some.Mlp()), 2);

        ModelOutput output = teacher.Predict(_batch, FeatureSet.Of("act", SparseTargetLoss.Indices));

        output["act"].shape.Should().Equal(8, 5);
        teacher.AvailableFeatures.Should().Contain(["act", SparseTargetLoss.Indices, SparseTargetLoss.LogProbabilities]);
    }

    [Fact]
    public void Nothing_is_listed_when_nothing_is_required()
    {
        using var teacher = new TopKTeacher(Teacher.From(Some.Mlp()), 2);

        teacher.Predict(_batch, FeatureSet.None).Features.Should().BeEmpty();
    }

    [Fact]
    public void No_tensor_is_left()
    {
        using var teacher = new TopKTeacher(Teacher.From(Some.Mlp()), 2);

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            teacher.Predict(_batch, Lists);
        });
    }

    [Fact]
    public void More_classes_than_there_are_cannot_be_listed()
    {
        using var teacher = new TopKTeacher(Teacher.From(Some.Mlp(classes: 3)), 4);
        Action predict = () => teacher.Predict(_batch, Lists);
        Action make = () => _ = new TopKTeacher(Teacher.From(Some.Mlp()), 0);

        predict.Should().Throw<InvalidOperationException>().WithMessage("*4 likeliest*?8, 3?*");
        make.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("k");
    }
}
