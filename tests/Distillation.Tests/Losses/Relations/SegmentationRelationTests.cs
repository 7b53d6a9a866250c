using Distillation.Losses;
using Distillation.Tests.Losses.Features;

namespace Distillation.Tests.Losses.Relations;

public sealed class SegmentationRelationTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Pairwise_similarity_of_places_is_a_mean_of_cosines()
    {
        Tensor student = Layers.Of([1, 0, 0, 1], 1, 2, 1, 2);
        Tensor teacher = Layers.Of([1, 1, 0, 1, 0, 0], 1, 3, 1, 2);

        // Student: orthogonal places. Teacher: (1, 0, 0) and (1, 1, 0), whose cosine is √½. Two of four pairs differ by it.
        double value = Layers.Value(new PairwiseSimilarityLoss("student", "teacher") { PatchSize = 1 }, student, teacher);

        Close.ShouldBe(value, 0.25, 1e-12);
    }

    [Fact]
    public void Intra_class_variation_knows_classes_by_any_numbers()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 2, 3, 4, 4), Layers.Random(2, 2, 5, 4, 4));
        Tensor labels = Some.Labels(32, 3).view(2, 4, 4);
        Tensor renamed = torch.tensor([7L, 255, -3]).take(labels);
        var loss = new IntraClassVariationLoss("student", "teacher");

        Close.ShouldBe(Segmented(loss, student, teacher, renamed), Segmented(loss, student, teacher, labels), 1e-12);
    }

    [Fact]
    public void Places_of_the_ignored_label_do_not_count_in_intra_class_variation()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 2, 3, 1, 4), Layers.Random(2, 2, 5, 1, 4));
        Tensor labels = torch.tensor(new long[] { 0, 1, 0, 255, 1, 1, 0, 255 }).view(2, 1, 4);
        var loss = new IntraClassVariationLoss("student", "teacher") { IgnoredLabel = 255 };

        double value = Segmented(loss, student, teacher, labels);

        double expected = Segmented(loss, student.narrow(3, 0, 3), teacher.narrow(3, 0, 3), labels.narrow(2, 0, 3));
        Close.ShouldBe(value, expected, 1e-12);
        loss.GetWeight(new Batch(torch.zeros(2, 1), labels, torch.arange(2)), Layers.Context(student, teacher).Student)!.item<double>().Should().Be(6);
    }

    [Fact]
    public void Intra_class_variation_is_zero_where_each_class_has_one_place()
    {
        Tensor labels = torch.arange(16).view(1, 4, 4);

        Segmented(new IntraClassVariationLoss("student", "teacher"), Layers.Random(1, 1, 3, 4, 4), Layers.Random(2, 1, 3, 4, 4), labels)
            .Should().BeApproximately(0, 1e-24);
    }

    [Fact]
    public void Cross_image_relations_of_one_image_are_divergences_of_its_places()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 1, 3, 2, 2), Layers.Random(2, 1, 5, 2, 2));

        double value = Layers.Value(new CrossImageRelationLoss("student", "teacher", 0.5), student, teacher);

        double[][] Cosines(Tensor map)
        {
            double[][] places = RowsByHand.Columns(RowsByHand.Of(map.view(map.size(1), 4)));
            return [.. places.Select(one => places.Select(other =>
                RowsByHand.Dot(one, other) / Math.Sqrt(RowsByHand.Dot(one, one) * RowsByHand.Dot(other, other))).ToArray())];
        }

        Close.ShouldBe(value, Cosines(student).Zip(Cosines(teacher), (s, t) => RowsByHand.Divergence(s, t, 0.5)).Average(), 1e-12);
    }

    [Fact]
    public void Patches_make_a_place_of_several()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 2, 3, 4, 4), Layers.Random(2, 2, 5, 4, 4));

        double value = Layers.Value(new CrossImageRelationLoss("student", "teacher") { PatchSize = 2 }, student, teacher);

        Tensor Pooled(Tensor map) => torch.nn.functional.avg_pool2d(map, 2);
        Close.ShouldBe(value, Layers.Value(new CrossImageRelationLoss("student", "teacher"), Pooled(student), Pooled(teacher)), 1e-12);
    }

    [Fact]
    public void Maps_of_other_sizes_and_labels_that_are_no_map_are_refused()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 2, 3, 4, 4), Layers.Random(2, 2, 3, 2, 2));
        foreach (FeatureLoss loss in new FeatureLoss[] { new PairwiseSimilarityLoss("student", "teacher"), new CrossImageRelationLoss("student", "teacher") })
        {
            Action compute = () => Layers.Value(loss, student, teacher);

            compute.Should().Throw<InvalidOperationException>().WithMessage("*maps of one height and width*");
        }

        Action labels = () => Segmented(new IntraClassVariationLoss("student", "teacher"), student, student, torch.tensor([0L, 1]));
        labels.Should().Throw<InvalidOperationException>().WithMessage("Labels must be a map of class ids ?N, H, W? of an integer type*but are ?2? Int64.");
    }

    private static double Segmented(IDistillationLoss loss, Tensor student, Tensor teacher, Tensor labels)
    {
        DistillationContext context = Layers.Context(student, teacher);
        return loss.Compute(new(context.Student, context.Teacher, new Batch(context.Batch.Inputs, labels, context.Batch.Indices))).item<double>();
    }
}
