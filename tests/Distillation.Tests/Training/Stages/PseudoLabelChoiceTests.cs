using Distillation.Training;

namespace Distillation.Tests.Training.Stages;

/// <summary>Samples without a label are chosen by the confidence of a teacher, equally many of each class.</summary>
public sealed class PseudoLabelChoiceTests
{
    private const long None = -100;

    // Sample: label, likeliest class of the teacher, its probability.
    private static readonly (long Label, long Class, double Confidence)[] Samples =
    [
        (2, 0, 0.9), (None, 0, 0.6), (None, 1, 0.7), (None, 0, 0.95), (None, 1, 0.45), (None, 0, 0.6), (0, 1, 0.34), (None, 2, 0.35), (None, 1, 0.8),
    ];

    [Fact]
    public void Samples_with_a_label_and_confident_ones_are_chosen() =>
        Chosen(new() { MinConfidence = 0.5 }).Should().Equal(0, 1, 2, 3, 5, 6, 8);

    [Fact]
    public void All_are_chosen_when_any_confidence_is_enough() =>
        Chosen(new() { MinConfidence = 0 }).Should().Equal(Enumerable.Range(0, 9).Select(i => (long)i));

    [Fact]
    public void Classes_keep_their_most_confident_samples_and_small_ones_repeat_theirs() =>
        Chosen(new() { MinConfidence = 0.3, SamplesPerClass = 2 }).Should().Equal(0, 1, 2, 3, 6, 7, 8, 7);

    [Fact]
    public void Repetition_begins_again_with_the_most_confident_sample() =>
        Chosen(new() { MinConfidence = 0.5, SamplesPerClass = 5 }).Should().Equal(0, 1, 2, 3, 5, 6, 8, 3, 1, 8, 2, 8);

    [Fact]
    public void Choice_does_not_depend_on_the_size_of_batches() =>
        Chosen(new() { SamplesPerClass = 1 }, batchSize: 2).Should().Equal(Chosen(new() { SamplesPerClass = 1 }, batchSize: 100));

    [Fact]
    public void Choice_is_refused_when_nothing_is_left()
    {
        using var scope = torch.NewDisposeScope();
        using ITeacher teacher = Teacher.From(inputs => inputs);
        var data = new TensorData(torch.zeros(3, 2), torch.tensor([None, None, None]));

        Action choose = () => new PseudoLabelChoice(new() { MinConfidence = 0.6 }, None).Of(teacher, data, 2, torch.CPU, default);

        choose.Should().Throw<InvalidOperationException>().WithMessage("At least one sample must have a label or a MinConfidence of 0.6, but none of 3 has*");
    }

    [Fact]
    public void Choice_is_refused_for_sequences()
    {
        using var scope = torch.NewDisposeScope();
        using ITeacher teacher = Teacher.From(inputs => inputs);
        var data = new TensorData(torch.zeros(3, 4, 2), torch.zeros(3, 4, torch.ScalarType.Int64));

        Action choose = () => new PseudoLabelChoice(new(), None).Of(teacher, data, 2, torch.CPU, default);

        choose.Should().Throw<InvalidOperationException>().WithMessage(
            "PseudoLabelSelection needs a class id and a row of logits for each sample, [N] and [N, C], but labels are [2, 4] Int64 and the teacher's logits "
            + "[2, 4, 2].");
    }

    private static long[] Chosen(PseudoLabelSelection selection, int batchSize = 4)
    {
        using var scope = torch.NewDisposeScope();
        Tensor probabilities = torch.zeros(Samples.Length, 3, torch.ScalarType.Float64);
        foreach ((int row, (_, long likeliest, double confidence)) in Samples.Index())
        {
            probabilities[row] = torch.tensor((1 - confidence) / 2, torch.ScalarType.Float64);
            probabilities[row, likeliest] = torch.tensor(confidence, torch.ScalarType.Float64);
        }

        using ITeacher teacher = Teacher.From(inputs => inputs);
        var data = new TensorData(probabilities.log(), torch.tensor([.. Samples.Select(sample => sample.Label)]));
        IDataSource chosen = new PseudoLabelChoice(selection, None).Of(teacher, data, batchSize, torch.CPU, default);
        return chosen.Read(torch.arange(chosen.Count)).Indices.data<long>().ToArray();
    }
}
