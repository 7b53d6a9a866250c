using Distillation.Training;

namespace Distillation.Text.Tests.Encoders;

public sealed class TransformerTrainingTests
{
    private const int First = 2;
    private const int Second = 3;

    [Fact]
    public void Classifier_learns_which_of_two_tokens_comes_first()
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(4);
        var options = new TransformerEncoderOptions
        {
            VocabularySize = 8,
            Layers = 1,
            HiddenSize = 16,
            Heads = 2,
            FeedForwardSize = 32,
            MaxTokens = 8,
            Dropout = 0,
        };
        using var classifier = new TransformerTextClassifier(options, 2);
        using IStudent student = Student.From(classifier);
        (Tensor ids, Tensor labels) = Texts(320);
        var train = new TensorData(ids[..240], labels[..240]);
        var training = new TrainerOptions { Epochs = 30, BatchSize = 32, Optimizer = new AdamWOptimizer(5e-3) };

        new SupervisedTrainer(student, options: training).Fit(train);

        // A bag of words is right half of the time: each text has both tokens, once.
        classifier.eval();
        double right = classifier.call(ids[240..]).argmax(1).eq(labels[240..]).to(torch.ScalarType.Float32).mean().item<float>();
        right.Should().BeGreaterThan(0.95);
    }

    // Texts of 4 to 8 tokens, with two of them at places that are drawn, and padding behind.
    private static (Tensor Ids, Tensor Labels) Texts(int count)
    {
        var random = new Random(5);
        long[] ids = new long[count * 8];
        long[] labels = new long[count];
        for (int text = 0; text < count; text++)
        {
            int length = random.Next(4, 9);
            int[] places = [.. Enumerable.Range(0, length)];
            random.Shuffle(places);
            for (int place = 0; place < length; place++)
            {
                ids[(text * 8) + place] = random.Next(4, 8);
            }

            ids[(text * 8) + places[0]] = First;
            ids[(text * 8) + places[1]] = Second;
            labels[text] = places[0] < places[1] ? 0 : 1;
        }

        return (torch.tensor(ids, [count, 8]), torch.tensor(labels));
    }
}
