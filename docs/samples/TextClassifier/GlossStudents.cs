using Distillation;
using Distillation.AI;
using Distillation.Losses;
using Distillation.Text;
using Distillation.Training;

namespace GlossClassifier;

/// <summary>The same student, trained on the labels of people alone and on those of the teacher as well.</summary>
internal static class GlossStudents
{
    /// <summary>Trains on the labels of people.</summary>
    public static TextStudent Alone(IEnumerable<LabeledText> labeled, int steps)
    {
        TextStudent student = Create();
        Fit(student, student.Encode(labeled), steps);
        return student;
    }

    /// <summary>Trains on the labels of people and on the probabilities of the teacher.</summary>
    public static TextStudent Distilled(IReadOnlyList<LabeledText> labeled, LabeledTexts taught, int steps)
    {
        TextStudent student = Create();
        IEnumerable<float[]> sure = labeled.Select(text => student.Labels.Select(label => label == text.Label ? 1f : 0f).ToArray());
        Fit(
            student,
            student.Encode(labeled.Select(text => text.Text).Concat(taught.Answered.Select(text => taught.Texts[text])), sure.Concat(taught.Probabilities)),
            steps);
        return student;
    }

    // Words and sequences of three to five characters, hashed: no vocabulary has to go with the student.
    private static TextStudent Create()
    {
        torch.manual_seed(1);
        var tokenizer = new HashedTokenizer(new HashedTokenizerOptions { Buckets = 32_768, MinCharacterNGram = 3, MaxCharacterNGram = 5 });
        return TextStudent.BagOfTokens(GlossTask.Task.Names, tokenizer, maxTokens: 1024);
    }

    private static void Fit(TextStudent student, TextData data, int steps)
    {
        var options = new TrainerOptions { Steps = steps, Optimizer = new AdamWOptimizer(2e-3), Order = SampleOrder.SimilarLengths, Seed = 1 };
        new SupervisedTrainer(student, new HardLabelLoss(), options).Fit(data);
    }
}
